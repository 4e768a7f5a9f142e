# Everything about this host that the bot needs to judge, in one answer: raw facts, no conclusions. Numbers that may
# exceed 53 bits are text; enumerations are names. Nothing is told that moves by itself, such as an uptime or a load: the
# answer is short only while it stays the same. Sources: SurveyDDA.ps1 for the property keys, the Hyper-V module reference.

# The property set of PCI devices. SurveyDDA writes two blanks before the number; both spellings name the same property.
$script:PciProperty = '{3AB22E31-8264-4b4e-9AF5-A8D2D8E33E62}'

# For Discrete Device Assignment: the Hyper-V module has them from Windows Server 2016 on.
$script:DeviceCommands = @(
    'Get-VMHostAssignableDevice', 'Dismount-VMHostAssignableDevice', 'Mount-VMHostAssignableDevice'
    'Get-VMAssignableDevice', 'Add-VMAssignableDevice', 'Remove-VMAssignableDevice'
)

function Get-GpuInventory {
    <#
    .SYNOPSIS
    The facts of this host as one line of JSON, with their digest.
    .PARAMETER Settled
    Waits, up to half a minute, until no change is under way: one whose caller is gone may still be. Fails with Busy.
    .PARAMETER Known
    The digest of the facts that the caller has. Where they are still these, the answer says so and nothing else.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [switch] $Settled,
        [ValidatePattern('\A[0-9A-F]{64}\z')]
        [string] $Known
    )
    Clear-OldTranscript
    $os = Get-OsFact
    Assert-Engine $os.build
    if ($Settled) { (Lock-Host (Get-StateDirectory) 30).Dispose() }
    $nodes = @(Get-PnpDevice -ErrorAction Stop)
    $resources = Get-PciResource
    $missing = @(Get-MissingCommand $script:DeviceCommands)
    $json = [ordered]@{
        module           = 1
        protocol         = $script:Protocol
        fence            = Get-FenceFact
        computer         = [System.Environment]::MachineName
        os               = $os
        iov              = Get-IovFact
        policies         = Get-PolicyFact
        devices          = @(Get-DeviceFact $nodes $resources)
        pooled           = @($nodes | Where-Object { $_.InstanceId -like 'PCIP\*' -and [string] $_.Status -ne 'Unknown' } | ForEach-Object { [string] $_.InstanceId })
        displays         = @(Get-DisplayFact)
        missingCommands  = $missing
        dismounted       = @(if ($missing -notcontains 'Get-VMHostAssignableDevice') { Get-VMHostAssignableDevice -ErrorAction Stop | ForEach-Object { Get-PathFact $_ } })
        pools            = Get-PoolFact
        vms              = @(Get-AllVmFact $nodes $missing)
        cluster          = Get-ClusterFact
        partitionCommand = Get-PartitionCommand
        gpus             = @(Get-PartitionableGpu | ForEach-Object { Get-PartitionableFact $_ })
    } | ConvertTo-Json -Depth 6 -Compress
    Get-InventoryAnswer $json $Known
}

function Get-InventoryAnswer {
    <#
    .SYNOPSIS
    An inventory with its digest, which is over every character of it; or, where that is the known one, the digest alone.
    #>
    param([string] $Json, [string] $Known)
    $digest = Get-Digest $Json
    if ($Known -ceq $digest) { return "{`"unchanged`":`"$digest`"}" }
    $Json.Insert(1, "`"digest`":`"$digest`",")
}

# The commands that were looked for in this session. A name that no module has makes PowerShell search all of them, which
# takes seconds, and a session keeps the modules that it began with.
$script:Looked = @{}

function Find-HostCommand {
    <#
    .SYNOPSIS
    Does this host have a command of this name? Looked for once a session. The command itself, or null.
    #>
    param([string] $Name)
    if (-not $script:Looked.ContainsKey($Name)) {
        $script:Looked[$Name] = Microsoft.PowerShell.Core\Get-Command -Name $Name -ErrorAction SilentlyContinue
    }
    $script:Looked[$Name]
}

function Get-MissingCommand {
    <#
    .SYNOPSIS
    Those that this host lacks. Of names in one text, with a blank between them, one is enough; the first is the newer one.
    #>
    param([string[]] $Names)
    foreach ($either in $Names) {
        $found = @($either -split ' ' | Where-Object { Find-HostCommand $_ })
        if ($found.Count -eq 0) { ($either -split ' ')[0] }
    }
}

function Get-OsFact {
    $os = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
    [ordered]@{
        caption     = [string] $os.Caption
        build       = [string] $os.BuildNumber
        productType = [int] $os.ProductType
        sku         = if ($null -ne $os.OperatingSystemSKU) { [long] $os.OperatingSystemSKU } else { $null }
    }
}

function Get-Edition {
    <#
    .SYNOPSIS
    Desktop, which is Windows PowerShell, or Core, which is PowerShell 7.
    #>
    [string] $PSVersionTable.PSEdition
}

function Assert-Engine {
    <#
    .SYNOPSIS
    Fails with OldWindows in PowerShell 7 on a Windows before Server 2019, whose Hyper-V module does not load there.
    .NOTES
    Microsoft, "PowerShell 7 module compatibility in Windows Server 2016": Hyper-V is natively compatible from 1809 on, which
    is build 17763.
    #>
    param([string] $Build)
    if ((Get-Edition) -ne 'Core' -or [int] $Build -ge 17763) { return }
    throw (New-Refusal 'OldWindows' "The Hyper-V module of this Windows (build $Build) does not load in PowerShell 7. Reach the host by winrm, from a bot on Windows; or run the bot on it, in Windows PowerShell.")
}

function Get-IovFact {
    $vmHost = Get-VMHost -ErrorAction Stop
    [ordered]@{
        supported = [bool] $vmHost.IovSupport
        reasons   = @($vmHost.IovSupportReasons | Where-Object { $_ } | ForEach-Object { [string] $_ })
    }
}

function Get-PolicyFact {
    <#
    .SYNOPSIS
    The two device assignment policies; null where the value, or the key, does not exist. Read, never changed.
    #>
    $key = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\HyperV'
    $values = Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue
    $facts = [ordered]@{}
    foreach ($name in @('RequireSecureDeviceAssignment', 'RequireSupportedDeviceAssignment')) {
        $facts[$name] = if ($null -ne $values -and $values.PSObject.Properties[$name]) { [int] $values.$name } else { $null }
    }
    $facts
}

function Get-DeviceFact {
    <#
    .SYNOPSIS
    Display devices of the PCI bus, present or not, and sound devices (which may be functions of the same card).
    A device without a driver has no class yet, so those are included and told apart by their base class.
    #>
    param($Nodes, [hashtable] $Resources)
    foreach ($node in $Nodes) {
        $id = [string] $node.InstanceId
        $class = [string] $node.Class
        if ($id -notlike 'PCI\*' -or @('Display', 'MEDIA', '') -notcontains $class) { continue }
        $property = Get-PropertyTable $id
        $mine = if ($Resources.ContainsKey($id)) { $Resources[$id] } else { @{ Memory = @(); Irq = @() } }
        [ordered]@{
            instanceId     = $id
            name           = [string] $node.FriendlyName
            class          = $class
            present        = [string] $node.Status -ne 'Unknown'
            problem        = [string] $node.ConfigManagerErrorCode
            driver         = $property['DEVPKEY_Device_DriverVersion']
            locations      = @($property['DEVPKEY_Device_LocationPaths'] | Where-Object { $_ })
            deviceType     = $property["$script:PciProperty 1"]
            baseClass      = $property["$script:PciProperty 3"]
            acs            = $property["$script:PciProperty 31"]
            reservedMemory = $property["$script:PciProperty 34"]
            memory         = @($mine.Memory)
            irq            = @($mine.Irq)
        }
    }
}

function Get-DisplayFact {
    <#
    .SYNOPSIS
    The video controllers that the display driver model knows, each with the number of horizontal pixels that it shows now;
    null where it shows none. Without the class nothing is told, and so nothing is known.
    .NOTES
    Microsoft, "Win32_VideoController class": PNPDeviceID, CurrentHorizontalResolution. Not documented: the latter being null.
    #>
    foreach ($controller in @(Get-CimInstance -ClassName Win32_VideoController -ErrorAction SilentlyContinue)) {
        $pixels = $controller.CurrentHorizontalResolution
        [ordered]@{
            instanceId = [string] $controller.PNPDeviceID
            pixels     = if ($null -ne $pixels) { [long] $pixels } else { $null }
        }
    }
}

function Get-PropertyTable {
    <#
    .SYNOPSIS
    The survey's properties of one device by key; null where the device does not have it.
    #>
    param([string] $InstanceId)
    $keys = @('DEVPKEY_Device_LocationPaths', 'DEVPKEY_Device_DriverVersion') + @(1, 3, 31, 34 | ForEach-Object { "$script:PciProperty $_" })
    $table = @{}
    foreach ($key in $keys) { $table[$key] = $null }
    foreach ($found in @(Get-PnpDeviceProperty -InstanceId $InstanceId -KeyName $keys -ErrorAction SilentlyContinue)) {
        $key = ([string] $found.KeyName) -replace '\s+', ' '
        foreach ($known in $keys) { if ($known -eq $key) { $table[$known] = $found.Data } }
    }
    $table
}

function Get-PciResource {
    <#
    .SYNOPSIS
    Memory windows and interrupts by instance id, as allocated now: a disabled device has none. Addresses are text.
    #>
    $ends = @{}
    foreach ($range in @(Get-CimInstance -ClassName Win32_DeviceMemoryAddress -ErrorAction Stop)) {
        $ends[[string] $range.StartingAddress] = [string] $range.EndingAddress
    }
    $table = @{}
    foreach ($link in @(Get-CimInstance -ClassName Win32_PnPAllocatedResource -ErrorAction Stop)) {
        $id = [string] $link.Dependent.DeviceID
        if ($id -notlike 'PCI\*') { continue }
        if (-not $table.ContainsKey($id)) { $table[$id] = @{ Memory = @(); Irq = @() } }
        $what = $link.Antecedent.PSObject.Properties
        if ($what['StartingAddress']) {
            $start = [string] $link.Antecedent.StartingAddress
            if ($ends.ContainsKey($start)) { $table[$id].Memory += [ordered]@{ start = $start; end = $ends[$start] } }
        }
        elseif ($what['IRQNumber']) { $table[$id].Irq += [string] $link.Antecedent.IRQNumber }
    }
    $table
}

function Get-PathFact {
    param($Device)
    [ordered]@{ instanceId = [string] $Device.InstanceID; locationPath = [string] $Device.LocationPath }
}

function Get-PartitionableFact {
    param($Gpu)
    [ordered]@{
        name          = [string] $Gpu.Name
        count         = [int] $Gpu.PartitionCount
        validCounts   = @($Gpu.ValidPartitionCounts | ForEach-Object { [int] $_ })
        totalVram     = [string] $Gpu.TotalVRAM
        availableVram = [string] $Gpu.AvailableVRAM
        minVram       = [string] $Gpu.MinPartitionVRAM
        maxVram       = [string] $Gpu.MaxPartitionVRAM
        optimalVram   = [string] $Gpu.OptimalPartitionVRAM
    }
}

function Get-ClusterFact {
    <#
    .SYNOPSIS
    The name of the failover cluster of this host; null where it is in none, which has no such namespace, or cannot be asked.
    #>
    # Ignored: a host in no cluster would leave an error in the transcript with each reading.
    try { $cluster = Get-CimInstance -Namespace 'root/MSCluster' -ClassName MSCluster_Cluster -ErrorAction Ignore }
    catch { return $null }
    if ($cluster) { [string] $cluster.Name } else { $null }
}
