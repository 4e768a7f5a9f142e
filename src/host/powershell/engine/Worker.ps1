# The loop inside the engine: one request a line on stdin, one answer a line on stdout, many requests at once. It is
# started with one fixed line (engine.ts), runs the module's functions with parameters as data, and builds no script text.
#
#   open   SESSION local MODULE
#   call   ID SESSION FUNCTION NAME=TYPE:BASE64 ...     types: s text, l whole number, f switch, a texts (parted by a comma)
#   cancel ID
#   close  SESSION
#
#   MARK ready
#   MARK ID ok BASE64 | MARK ID error CODE MESSAGE | MARK ID lost MESSAGE      (CODE and MESSAGE in base64)
#
# MARK is chosen anew by each process that starts the loop, so that whatever else is printed is told apart.
param([string] $Mark, [int] $MostCharacters)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$shared = [hashtable]::Synchronized(@{
        Out      = [System.IO.TextWriter]::Synchronized([System.Console]::Out)
        Mark     = $Mark
        Most     = $MostCharacters
        Sessions = [hashtable]::Synchronized(@{})
        Running  = [hashtable]::Synchronized(@{})
    })

# One request, in a runspace of the pool. $shared is the table above; $words are those of the line.
$perform = {
    param($shared, $words)
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'

    function ConvertFrom-Base64([string] $Text) {
        [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Text))
    }
    function ConvertTo-Base64([string] $Text) {
        [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Text))
    }
    function Read-Parameter([string[]] $Words) {
        $parameters = @{}
        foreach ($word in $Words) {
            $name, $rest = $word -split '=', 2
            $type, $value = $rest -split ':', 2
            $parameters[$name] = switch -CaseSensitive ($type) {
                's' { ConvertFrom-Base64 $value }
                'l' { [long] $value }
                'f' { [switch] $true }
                'a' { , [string[]] @($value -split ',' | ForEach-Object { ConvertFrom-Base64 $_ }) }
            }
        }
        $parameters
    }
    function Open-Session($Session) {
        if ($Session.Runspace -and $Session.Runspace.RunspaceStateInfo.State -eq 'Opened') { return $Session.Runspace }
        if ($Session.Runspace) { $Session.Runspace.Dispose() }
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
        [void] $state.ImportPSModule([string[]] @($Session.Module))
        $Session.Runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
        $Session.Runspace.Open()
        $Session.Runspace
    }
    # The record that the function threw, out of what Invoke() wraps around it.
    function Get-Cause($ErrorRecord) {
        $cause = $ErrorRecord.Exception
        while ($cause) {
            if ($cause -is [System.Management.Automation.PipelineStoppedException]) { return $null }
            if ($cause -is [System.Management.Automation.Remoting.PSRemotingTransportException]) { return $null }
            $inner = $cause.InnerException
            if (-not $inner -or $cause -isnot [System.Management.Automation.MethodInvocationException]) { break }
            $cause = $inner
        }
        if ($cause -is [System.Management.Automation.IContainsErrorRecord]) { return $cause.ErrorRecord }
        $ErrorRecord
    }

    $id = $words[1]
    $answer = try {
        $session = $shared.Sessions[$words[2]]
        if (-not $session) { throw 'no such session' }
        $runspace = Open-Session $session
        $shell = [System.Management.Automation.PowerShell]::Create()
        $shell.Runspace = $runspace
        $parameters = if ($words.Count -gt 4) { Read-Parameter $words[4..($words.Count - 1)] } else { @{} }
        [void] $shell.AddCommand($words[3]).AddParameters($parameters)
        $shared.Running[$id] = $shell
        try { $results = @($shell.Invoke()) }
        finally {
            $shared.Running.Remove($id)
            $shell.Dispose()
        }
        if ($results.Count -ne 1 -or $results[0] -isnot [string]) {
            "lost $(ConvertTo-Base64 "the function answered with $($results.Count) objects in place of one text")"
        }
        elseif ($results[0].Length -gt $shared.Most) {
            "error $(ConvertTo-Base64 'OutputTooLarge') $(ConvertTo-Base64 "the answer is longer than $($shared.Most) characters")"
        }
        else { "ok $(ConvertTo-Base64 $results[0])" }
    }
    catch {
        $cause = Get-Cause $_
        if (-not $cause) { "lost $(ConvertTo-Base64 $_.Exception.Message)" }
        else {
            $code = ([string] $cause.FullyQualifiedErrorId -split ',')[0]
            "error $(ConvertTo-Base64 $code) $(ConvertTo-Base64 $cause.Exception.Message)"
        }
    }
    $shared.Out.WriteLine("$($shared.Mark) $id $answer")
    $shared.Out.Flush()
}

$pool = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspacePool(1, 64)
$pool.Open()
$waiting = [System.Collections.ArrayList]::new()
$shared.Out.WriteLine("$Mark ready")
$shared.Out.Flush()

while ($null -ne ($line = [System.Console]::In.ReadLine())) {
    $words = @($line.Trim() -split ' ')
    switch -CaseSensitive ($words[0]) {
        'open' {
            $module = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($words[3]))
            $shared.Sessions[$words[1]] = @{ Module = $module; Runspace = $null }
        }
        'call' {
            foreach ($done in @($waiting | Where-Object { $_.Handle.IsCompleted })) {
                $done.Shell.Dispose()
                $waiting.Remove($done)
            }
            $shell = [System.Management.Automation.PowerShell]::Create()
            $shell.RunspacePool = $pool
            [void] $shell.AddScript($perform).AddArgument($shared).AddArgument($words)
            [void] $waiting.Add(@{ Shell = $shell; Handle = $shell.BeginInvoke() })
        }
        'cancel' {
            $shell = $shared.Running[$words[1]]
            if ($shell) { [void] $shell.BeginStop($null, $null) }
        }
        'close' {
            $session = $shared.Sessions[$words[1]]
            $shared.Sessions.Remove($words[1])
            if ($session -and $session.Runspace) { $session.Runspace.CloseAsync() }
        }
    }
}
