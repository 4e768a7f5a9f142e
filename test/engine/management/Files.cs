using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Join, "Path")]
public sealed class JoinPathCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, Position = 1), AllowEmptyString]
    public string ChildPath { get; set; } = "";

    protected override void ProcessRecord()
    {
        foreach (var path in Path) WriteObject(SessionState.Path.Combine(path, ChildPath));
    }
}

/// <summary>Commands on paths: -Path, or -LiteralPath without wildcards. (Here neither takes wildcards.)</summary>
public abstract class PathCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Path")]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath"), Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (var path in Path.Concat(LiteralPath)) Process(path);
    }

    protected abstract void Process(string path);
}

[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = "Path")]
public sealed class TestPathCommand : PathCommand
{
    public enum Kind { Any, Container, Leaf }

    [Parameter]
    public Kind PathType { get; set; }

    protected override void Process(string path)
    {
        var file = GetUnresolvedProviderPathFromPSPath(path);
        WriteObject(PathType != Kind.Leaf && Directory.Exists(file) || PathType != Kind.Container && File.Exists(file));
    }
}

[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = "Path")]
public sealed class GetContentCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Raw { get; set; }

    protected override void Process(string path)
    {
        var file = GetUnresolvedProviderPathFromPSPath(path);
        if (!File.Exists(file))
            WriteError(new ErrorRecord(new ItemNotFoundException($"Cannot find path '{file}' because it does not exist."),
                "PathNotFound", ErrorCategory.ObjectNotFound, file));
        else if (Raw) WriteObject(File.ReadAllText(file));
        else WriteObject(File.ReadAllLines(file), enumerateCollection: true);
    }
}
