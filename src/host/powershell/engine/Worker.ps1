# The loop inside the engine: one request a line on stdin, one answer a line on stdout, many requests at once. It is
# started with one fixed line (engine.ts), runs the module's functions with parameters as data, and builds no script text.
#
#   open   SESSION local|winrm|ssh NAME=TYPE:BASE64 ...
#   call   ID SESSION FUNCTION NAME=TYPE:BASE64 ...
#          types: s text, l whole number, f switch, a texts (parted by a comma), c reference to a credential
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

# An ssh that ended while PowerShell wrote to it leaves a broken pipe, on which PowerShell's own thread for it stumbles when
# it closes the session. That must cost this session alone, and not the engine with the sessions of every host. .NET 10 can
# be told so (ExceptionHandling.SetUnhandledExceptionHandler); with an older one the engine ends, and is started again.
$handling = 'System.Runtime.ExceptionServices.ExceptionHandling' -as [type]
$outlivesSsh = [bool] ($handling -and $handling.GetMethod('SetUnhandledExceptionHandler'))
if ($outlivesSsh) {
    # Compiled, because a script block cannot run in a thread that has no runspace.
    $thrown = [System.Linq.Expressions.Expression]::Parameter([System.Exception])
    $isBroken = [System.Linq.Expressions.Expression]::TypeIs($thrown, [System.IO.IOException])
    $filter = [System.Linq.Expressions.Expression]::Lambda([System.Func[System.Exception, bool]], $isBroken, [System.Linq.Expressions.ParameterExpression[]] @($thrown))
    $handling::SetUnhandledExceptionHandler($filter.Compile())
}

# What the runspaces of the pool have in common, one function for each thing to do. They are defined when a runspace is
# opened and not with each request: reading and compiling them took more than ten milliseconds.
$functions = {
    function ConvertFrom-Base64 {
        param([string] $Text)
        [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Text))
    }
    function ConvertTo-Base64 {
        param([string] $Text)
        [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Text))
    }
    function Read-Parameter {
        param([string[]] $Words)
        $parameters = @{}
        foreach ($word in $Words) {
            $name, $rest = $word -split '=', 2
            $type, $value = $rest -split ':', 2
            $parameters[$name] = switch -CaseSensitive ($type) {
                's' { ConvertFrom-Base64 $value }
                'l' { [long] $value }
                'f' { [switch] $true }
                'a' { , [string[]] @($value -split ',' | ForEach-Object { ConvertFrom-Base64 $_ }) }
                'c' { Get-NamedCredential (ConvertFrom-Base64 $value) }
            }
        }
        $parameters
    }
    # `env:NAME` is the user name in NAME_USER with the password in NAME_PASSWORD; `vault:VAULT/NAME` a secret of SecretManagement.
    function Get-NamedCredential {
        param([string] $Reference)
        $kind, $name = $Reference -split ':', 2
        if ($kind -eq 'vault') {
            $vault, $secret = $name -split '/', 2
            $credential = Get-Secret -Vault $vault -Name $secret -ErrorAction Stop
            if ($credential -is [pscredential]) { return $credential }
        }
        else {
            $user = [System.Environment]::GetEnvironmentVariable("${name}_USER")
            $password = [System.Environment]::GetEnvironmentVariable("${name}_PASSWORD")
            if ($user -and $password) {
                $secure = [System.Security.SecureString]::new()
                foreach ($character in $password.ToCharArray()) { $secure.AppendChar($character) }
                return [pscredential]::new($user, $secure)
            }
        }
        $exception = [System.InvalidOperationException]::new("The credential $Reference is not there, or is no user name with a password.")
        throw [System.Management.Automation.ErrorRecord]::new($exception, 'CredentialNotFound', 'ObjectNotFound', $null)
    }
    function New-LocalRunspace {
        param([string] $Module)
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
        [void] $state.ImportPSModule([string[]] @($Module))
        $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
        # Its commands run in the thread of their request, in place of one that is made for each.
        $runspace.ThreadOptions = 'UseCurrentThread'
        $runspace.Open()
        $runspace
    }
    # What could widen the connection is closed here, whatever the configuration files of ssh say: what stands on its
    # command line comes first (ssh_config(5)). Only options that OpenSSH 8.1 has, the one of Windows Server 2022.
    function Get-SshOption {
        param([hashtable] $Target)
        @{
            BatchMode = 'yes'; StrictHostKeyChecking = 'yes'; UpdateHostKeys = 'no'; CheckHostIP = 'no'
            VerifyHostKeyDNS = 'no'; NoHostAuthenticationForLocalhost = 'no'; CanonicalizeHostname = 'no'
            UserKnownHostsFile = "`"$($Target.KnownHosts)`""; GlobalKnownHostsFile = 'none'; HostKeyAlias = $Target.Alias
            IdentitiesOnly = 'yes'; IdentityAgent = 'none'; AddKeysToAgent = 'no'; PKCS11Provider = 'none'
            PreferredAuthentications = 'publickey'; PasswordAuthentication = 'no'; HostbasedAuthentication = 'no'
            ForwardAgent = 'no'; ForwardX11 = 'no'; ClearAllForwardings = 'yes'; Tunnel = 'no'
            PermitLocalCommand = 'no'; RemoteCommand = 'none'; RequestTTY = 'no'; EscapeChar = 'none'
            ProxyCommand = 'none'; ControlMaster = 'no'; ControlPath = 'none'; LogLevel = 'ERROR'
            ConnectTimeout = '15'; ConnectionAttempts = '1'; ServerAliveInterval = '15'; ServerAliveCountMax = '4'
        }
    }
    function New-SshRunspace {
        param([hashtable] $Target, [bool] $OutlivesSsh)
        if (-not $OutlivesSsh) { Assert-Ssh $Target -Seconds 30 }
        $where = @{ HostName = $Target.HostName; Port = [int] $Target.Port; UserName = $Target.UserName; KeyFilePath = $Target.KeyFilePath }
        try { (New-PSSession @where -ConnectingTimeout 30000 -Options (Get-SshOption $Target) -ErrorAction Stop).Runspace }
        catch {
            Assert-Ssh $Target -Seconds 10
            throw
        }
    }
    # Ssh is tried alone, and fails with its last words, which New-PSSession prints and does not tell. It goes first where
    # the engine would not outlive an ssh that ends before PowerShell writes to it: the host must start a second PowerShell.
    function Assert-Ssh {
        param([hashtable] $Target, [int] $Seconds)
        $start = [System.Diagnostics.ProcessStartInfo]::new('ssh')
        $options = Get-SshOption $Target
        $options.ConnectTimeout = $Seconds / 2
        $words = @('-i', $Target.KeyFilePath, '-l', $Target.UserName, '-p', $Target.Port)
        $words += @($options.Keys | ForEach-Object { '-o'; "$_=$($options[$_])" })
        foreach ($word in $words + @('-s', $Target.HostName, 'powershell')) { $start.ArgumentList.Add($word) }
        $start.UseShellExecute = $false
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $ssh = [System.Diagnostics.Process]::Start($start)
        try {
            $ssh.StandardInput.Close()
            $null = $ssh.StandardOutput.ReadToEndAsync()
            $said = $ssh.StandardError.ReadToEndAsync()
            # Ssh ends with 255 where it failed itself, else as what it ran has ended (ssh(1)).
            if (-not $ssh.WaitForExit(1000 * $Seconds)) { throw "ssh to $($Target.Alias) did not end in $Seconds seconds" }
            if ($ssh.ExitCode -ne 255) { return }
            $lines = @($said.Result -split '\r?\n' | Where-Object { $_.Trim() })
            if ($lines.Count -gt 2) { $lines = $lines[-2..-1] }
            throw "$(if ($lines) { $lines -join ' ' } else { 'ssh ended with 255' })"
        }
        finally {
            if (-not $ssh.HasExited) { $ssh.Kill() }
            $ssh.Dispose()
        }
    }
    function New-WinRmRunspace {
        param([hashtable] $Target)
        (New-PSSession @Target -SessionOption (New-PSSessionOption -OpenTimeout 30000) -ErrorAction Stop).Runspace
    }
    function Open-Session {
        param($Session)
        if ($Session.Runspace -and $Session.Runspace.RunspaceStateInfo.State -eq 'Opened') { return $Session.Runspace }
        if ($Session.Runspace) { $Session.Runspace.Dispose() }
        $Session.Runspace = $null
        $target = Read-Parameter $Session.Words
        $Session.Runspace = switch ($Session.Kind) {
            'local' { New-LocalRunspace $target.Module }
            'ssh' { New-SshRunspace $target $Session.OutlivesSsh }
            'winrm' { New-WinRmRunspace $target }
        }
        $Session.Runspace
    }
    # The record that the function threw, out of what Invoke() wraps around it; none where the call may still have run. From
    # a session on another machine only what that machine sent is such a record: what else is thrown is of the connection.
    function Get-Cause {
        param($ErrorRecord, [bool] $Remote)
        $cause = $ErrorRecord.Exception
        while ($cause.InnerException -and $cause -is [System.Management.Automation.MethodInvocationException]) { $cause = $cause.InnerException }
        if ($Remote -and $cause -isnot [System.Management.Automation.RemoteException]) { return $null }
        if ($cause -is [System.Management.Automation.PipelineStoppedException]) { return $null }
        if ($cause -is [System.Management.Automation.IContainsErrorRecord]) { return $cause.ErrorRecord }
        $ErrorRecord
    }

    # One request: the words of its line, with the table of what is shared.
    function Invoke-Request {
        param($Shared, [string[]] $Words)
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        $id = $Words[1]
        # How far the request came: nothing is known of a session that did not open, nor of a call whose session broke.
        $stage = 'opening'
        $answer = try {
            $session = $Shared.Sessions[$Words[2]]
            if (-not $session) { throw 'no such session' }
            $runspace = Open-Session $session
            $stage = 'preparing'
            $shell = [System.Management.Automation.PowerShell]::Create()
            $shell.Runspace = $runspace
            $parameters = if ($Words.Count -gt 4) { Read-Parameter $Words[4..($Words.Count - 1)] } else { @{} }
            [void] $shell.AddCommand($Words[3]).AddParameters($parameters)
            $Shared.Running[$id] = $shell
            $stage = 'sent'
            try { $results = @($shell.Invoke()) }
            finally {
                $Shared.Running.Remove($id)
                $shell.Dispose()
            }
            if ($results.Count -ne 1 -or $results[0] -isnot [string]) {
                "lost $(ConvertTo-Base64 "the function answered with $($results.Count) objects in place of one text")"
            }
            elseif ($results[0].Length -gt $Shared.Most) {
                "error $(ConvertTo-Base64 'OutputTooLarge') $(ConvertTo-Base64 "the answer is longer than $($Shared.Most) characters")"
            }
            else { "ok $(ConvertTo-Base64 $results[0])" }
        }
        catch {
            $cause = if ($stage -eq 'opening') { $null } else { Get-Cause $_ ($stage -eq 'sent' -and $session.Kind -ne 'local') }
            if (-not $cause) {
                "lost $(ConvertTo-Base64 $_.Exception.Message)"
                # PowerShell may take a while to notice that a session is broken. The next call gets a new one.
                if ($stage -eq 'sent' -and $_.Exception.GetBaseException() -isnot [System.Management.Automation.PipelineStoppedException]) {
                    $runspace.CloseAsync()
                    $session.Runspace = $null
                }
            }
            else {
                $code = ([string] $cause.FullyQualifiedErrorId -split ',')[0]
                "error $(ConvertTo-Base64 $code) $(ConvertTo-Base64 $cause.Exception.Message)"
            }
        }
        $Shared.Out.WriteLine("$($Shared.Mark) $id $answer")
        $Shared.Out.Flush()
    }
}

$state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
foreach ($function in $functions.Ast.EndBlock.Statements) {
    $body = $function.Body.Extent.Text
    $entry = [System.Management.Automation.Runspaces.SessionStateFunctionEntry]::new($function.Name, $body.Substring(1, $body.Length - 2))
    $state.Commands.Add($entry)
}
$pool = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspacePool($state)
[void] $pool.SetMaxRunspaces(64)
$pool.Open()
$waiting = [System.Collections.ArrayList]::new()
$shared.Out.WriteLine("$Mark ready")
$shared.Out.Flush()

while ($null -ne ($line = [System.Console]::In.ReadLine())) {
    $words = @($line.Trim() -split ' ')
    switch -CaseSensitive ($words[0]) {
        'open' {
            $shared.Sessions[$words[1]] = @{ Kind = $words[2]; Words = @($words[3..($words.Count - 1)]); Runspace = $null; OutlivesSsh = $outlivesSsh }
        }
        'call' {
            foreach ($done in @($waiting | Where-Object { $_.Handle.IsCompleted })) {
                $done.Shell.Dispose()
                $waiting.Remove($done)
            }
            $shell = [System.Management.Automation.PowerShell]::Create()
            $shell.RunspacePool = $pool
            [void] $shell.AddCommand('Invoke-Request').AddArgument($shared).AddArgument($words)
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
