using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace GpuChatOps.Engine;

/// <summary>One runspace whose commands print to the console, text to stdout and errors to stderr.</summary>
internal sealed class Session : IDisposable
{
    private readonly TextHost host = new();
    private readonly Runspace runspace;

    public Session()
    {
        FindParts();
        runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault());
        runspace.Open();
        // Commands that create runspaces of their own rely on a default one in the thread, as in pwsh.
        Runspace.DefaultRunspace = runspace;
    }

    /// <summary>What a script gave to `exit`; null while none has.</summary>
    public int? ExitCode => host.ExitCode;

    /// <summary>False when the script ended in a terminating error.</summary>
    public bool RunScript(string text) => Run(shell => shell.AddScript(text, useLocalScope: false));

    /// <summary>Runs a script file; arguments are read as pwsh reads them: `-Name value`, `-Name:value`, `-Switch`, `value`.</summary>
    public bool RunFile(string path, IReadOnlyList<string> arguments) => Run(shell =>
    {
        shell.AddCommand(Path.GetFullPath(path), useLocalScope: false);
        for (var at = 0; at < arguments.Count; at++)
        {
            var word = arguments[at];
            if (word.Length < 2 || word[0] != '-' || !char.IsLetter(word[1])) shell.AddArgument(word);
            else if (word.IndexOf(':') is var colon and > 0) shell.AddParameter(word[1..colon], word[(colon + 1)..]);
            else if (at + 1 < arguments.Count && !arguments[at + 1].StartsWith('-')) shell.AddParameter(word[1..], arguments[++at]);
            else shell.AddParameter(word[1..], true);
        }
    });

    public void Dispose() => runspace.Dispose();

    /// <summary>
    /// The engine looks for the assemblies of its commands beside the program once a session with the core commands
    /// alone has been opened; before that, it insists on Microsoft's own builds of them.
    /// </summary>
    public static void FindParts()
    {
        using var core = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        core.Open();
    }

    private bool Run(Action<PowerShell> fill)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        fill(shell);
        shell.Streams.Error.DataAdded += (_, added) => Print(shell.Streams.Error[added.Index]);
        shell.Streams.Warning.DataAdded += (_, added) => Console.Out.WriteLine($"WARNING: {shell.Streams.Warning[added.Index]}");
        var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, added) => Console.Out.WriteLine(output[added.Index]?.ToString());
        try
        {
            shell.Invoke<PSObject, PSObject>(null, output, null);
            return true;
        }
        catch (RuntimeException error)
        {
            if (host.ExitCode is null) Print(error.ErrorRecord);
            return false;
        }
    }

    private static void Print(ErrorRecord error)
    {
        Console.Error.WriteLine(error.ToString());
        Console.Error.WriteLine($"    + CategoryInfo          : {error.CategoryInfo}");
        Console.Error.WriteLine($"    + FullyQualifiedErrorId : {error.FullyQualifiedErrorId}");
        if (error.ScriptStackTrace is { } trace) Console.Error.WriteLine($"    {trace.Replace("\n", "\n    ")}");
    }
}
