using System.Management.Automation;
using System.Reflection;
using GpuChatOps.Engine;

// `pwsh`, as far as the tests need it: the engine of PowerShell is Microsoft's own, the console around it is this.
const int UsageError = 64;

var options = Options.Parse(args);
if (options.Wrong is { } wrong)
{
    Console.Error.WriteLine($"pwsh (for tests): {wrong} is missing, lacks its value, or is not supported here");
    return UsageError;
}
if (options.RemotingServer) return ServeRemoting(options.ConfigurationFile);

using var session = new Session();
if (options.Command == "-") return ReadCommands(session);
var ended = options.File is { } file ? session.RunFile(file, options.FileArguments) : session.RunScript(options.Command ?? "");
return session.ExitCode ?? (ended ? 0 : 1);

// A command may itself read lines with [Console]::In, so nothing is read ahead of it.
static int ReadCommands(Session session)
{
    while (session.ExitCode is null && Console.In.ReadLine() is { } line)
        if (line.Trim().Length > 0) session.RunScript(line);
    return session.ExitCode ?? 0;
}

// The remoting protocol over stdin and stdout. Its entrance is internal to the engine; `pwsh -sshs` calls it too.
static int ServeRemoting(string? configurationFile)
{
    Session.FindParts();
    var mediator = typeof(PSObject).Assembly.GetType("System.Management.Automation.Remoting.Server.StdIOProcessMediator", throwOnError: true)!;
    var run = mediator.GetMethod("Run", BindingFlags.Static | BindingFlags.NonPublic)
        ?? throw new MissingMethodException(mediator.FullName, "Run");
    var given = new Dictionary<string, object?>
    {
        ["initialCommand"] = null,
        ["workingDirectory"] = null,
        ["configurationName"] = null,
        ["configurationFile"] = configurationFile,
        ["combineErrOutStream"] = true,
    };
    run.Invoke(null, [.. run.GetParameters().Select(parameter => given[parameter.Name ?? ""])]);
    return 0;
}
