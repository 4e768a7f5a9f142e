# nvidia-smi on this host and inside its Windows guests. Its arguments are fixed here and in the bot (core/smi/smi.ts), which
# reads what it prints. Source for the guests: Microsoft, "Manage Windows virtual machines with PowerShell Direct".

$script:SmiArguments = @(
    '--query-gpu=index,name,uuid,driver_version,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,ecc.errors.uncorrected.volatile.total'
    '--format=csv'
)

# Runs here, and as text inside guests, whose PowerShell may be 5.1: it uses nothing from outside of itself. Exit code 127
# says that there is no nvidia-smi; `problem` is the first problem code other than 0 among the display devices of the bus.
$script:ReadSmi = {
    param([string[]] $Arguments)
    $found = @(Microsoft.PowerShell.Core\Get-Command -Name nvidia-smi -CommandType Application -ErrorAction SilentlyContinue)
    $older = [System.IO.Path]::Combine([string] $env:ProgramFiles, 'NVIDIA Corporation', 'NVSMI', 'nvidia-smi.exe')
    $program = if ($found.Count -gt 0) { $found[0].Path } elseif ([System.IO.File]::Exists($older)) { $older } else { '' }
    $exitCode = 127
    $lines = @()
    if ($program) {
        $lines = @(& $program @Arguments)
        $exitCode = $LASTEXITCODE
    }
    $problem = -1
    foreach ($device in @(Get-PnpDevice -PresentOnly -ErrorAction SilentlyContinue)) {
        if ($device.InstanceId -notlike 'PCI\*') { continue }
        if (@('Display', '') -notcontains [string] $device.Class) { continue }
        $code = [string] $device.ConfigManagerErrorCode
        if (@('0', 'CM_PROB_NONE') -contains $code) { if ($problem -lt 0) { $problem = $code } }
        elseif (@('-1', '0', 'CM_PROB_NONE') -contains [string] $problem) { $problem = $code }
    }
    "$exitCode`n$problem`n$($lines -join "`n")"
}

function Get-HostSmi {
    <#
    .SYNOPSIS
    Exit code and output of nvidia-smi on this host as one line of JSON.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    ConvertTo-SmiAnswer (& $script:ReadSmi $script:SmiArguments)
}

function Get-GuestSmi {
    <#
    .SYNOPSIS
    The same from inside a Windows guest, through PowerShell Direct. Linux guests have no PowerShell Direct.
    .DESCRIPTION
    Fails with GuestCredentialRefused, GuestNotRunning, GuestNotAnswering, NoPowerShellDirect, or the code of the command.
    .PARAMETER Credential
    An account of the guest. It needs to be no administrator.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId,
        [Parameter(Mandatory = $true)]
        [pscredential] $Credential
    )
    Assert-Allowed (Get-StateDirectory) 'vm' $VmId
    $guest = @{ VMId = [guid] $VmId; Credential = $Credential; ScriptBlock = $script:ReadSmi }
    try {
        $text = Invoke-Command @guest -ArgumentList (, $script:SmiArguments) -ErrorAction Stop
    }
    catch {
        throw (Get-GuestRefusal $_)
    }
    ConvertTo-SmiAnswer ([string] $text)
}

function Get-GuestAddress {
    <#
    .SYNOPSIS
    The addresses that the guest reports through its integration services, as one line of JSON. They are not to be trusted.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z')]
        [string] $VmId
    )
    $adapters = @(Get-VMNetworkAdapter -VM (Get-VmById $VmId) -ErrorAction Stop)
    [ordered]@{ addresses = @($adapters | ForEach-Object { $_.IPAddresses } | ForEach-Object { [string] $_ }) } | ConvertTo-Json -Compress
}

function ConvertTo-SmiAnswer {
    param([string] $Text)
    $exitCode, $problem, $output = $Text -split "`n", 3
    [ordered]@{ exitCode = [int] $exitCode; problem = [string] $problem; stdout = [string] $output } | ConvertTo-Json -Compress
}

function Get-GuestRefusal {
    <#
    .SYNOPSIS
    Why PowerShell Direct failed, as a code. Told apart by types and error ids, since messages are localised.
    .NOTES
    PSDirectException is thrown when the guest refuses the credential; InvalidVMIdNotSingle, InvalidVMState and
    PSSessionStateBroken are ids of PowerShell's own remoting errors (PowerShell source, PSRemotingErrorId).
    #>
    param([System.Management.Automation.ErrorRecord] $ErrorRecord)
    for ($cause = $ErrorRecord.Exception; $cause; $cause = $cause.InnerException) {
        if ($cause.GetType().Name -eq 'PSDirectException') {
            return New-Refusal 'GuestCredentialRefused' 'The guest refuses the credential that is configured for it.'
        }
    }
    $id = ([string] $ErrorRecord.FullyQualifiedErrorId -split ',')[0]
    switch ($id) {
        'InvalidVMIdNotSingle' { return New-Refusal 'ObjectNotFound' 'There is no virtual machine with this id.' }
        'InvalidVMState' { return New-Refusal 'GuestNotRunning' 'The virtual machine is not running.' }
        'InvalidCredential' { return New-Refusal 'GuestCredentialRefused' 'The guest refuses the credential that is configured for it.' }
        'AmbiguousParameterSet' { return New-Refusal 'NoPowerShellDirect' 'This host has no PowerShell Direct: it needs Windows Server 2016 or later.' }
        'PSSessionStateBroken' { return New-Refusal 'GuestNotAnswering' 'The guest does not answer. If it has booted, run in it: Restart-Service -Name vmicvmsession' }
    }
    $ErrorRecord
}
