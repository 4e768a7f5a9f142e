using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Behaves as that of Windows PowerShell 5.1, whose answers the hosts give.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> items = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter, ValidateRange(1, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    protected override void ProcessRecord() => items.Add(InputObject);

    protected override void EndProcessing()
    {
        if (items.Count == 0) return;
        try
        {
            WriteObject(JsonText.Of(items.Count == 1 ? items[0] : items, Depth, Compress));
        }
        catch (JsonKeyException error)
        {
            ThrowTerminatingError(new ErrorRecord(error, "NonStringKeyInDictionary", ErrorCategory.InvalidOperation, error.Keys));
        }
    }
}

internal sealed class JsonKeyException(IDictionary keys)
    : InvalidOperationException($"The type '{keys.GetType().FullName}' is not supported for serialization: keys must be strings.")
{
    public IDictionary Keys { get; } = keys;
}
