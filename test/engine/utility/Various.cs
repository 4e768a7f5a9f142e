using System.Management.Automation;
using System.Management.Automation.Language;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsLifecycle.Start, "Sleep", DefaultParameterSetName = "Seconds")]
public sealed class StartSleepCommand : PSCmdlet, IDisposable
{
    private readonly ManualResetEventSlim stopped = new();

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Seconds")]
    [ValidateRange(0.0, int.MaxValue / 1000.0)]
    public double Seconds { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Milliseconds"), ValidateRange(0, int.MaxValue)]
    public int Milliseconds { get; set; }

    protected override void ProcessRecord() =>
        stopped.Wait(ParameterSetName == "Seconds" ? (int)(Seconds * 1000) : Milliseconds);

    protected override void StopProcessing() => stopped.Set();
    public void Dispose() => stopped.Dispose();
}

/// <summary>Reads a file that holds one hashtable of constants, such as a module manifest, without running it.</summary>
[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = "Path")]
public sealed class ImportPowerShellDataFileCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Path")]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath")]
    public string[] LiteralPath { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (var path in Path.Concat(LiteralPath)) Read(GetUnresolvedProviderPathFromPSPath(path));
    }

    private void Read(string file)
    {
        var ast = Parser.ParseFile(file, out _, out var errors);
        var table = errors.Length > 0 ? null : ast.Find(each => each is HashtableAst, searchNestedScriptBlocks: false);
        if (table is not null) WriteObject(((HashtableAst)table).SafeGetValue());
        else
            WriteError(new ErrorRecord(new InvalidDataException($"The file '{file}' is not a PowerShell data file."),
                "CouldNotParseAsPowerShellDataFile", ErrorCategory.InvalidData, file));
    }
}
