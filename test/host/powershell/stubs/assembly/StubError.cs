using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using Microsoft.HyperV.PowerShell;

namespace GpuChatOps.Stubs;

/// <summary>Error records with the identity that the real commands give them.</summary>
internal static class StubError
{
    /// <summary>
    /// The second half of FullyQualifiedErrorId is always the class of the command that wrote the error, so a stand-in
    /// can only set the whole of it where records from remote sessions keep theirs.
    /// </summary>
    private static readonly FieldInfo WholeId =
        typeof(ErrorRecord).GetField("_serializedFullyQualifiedErrorId", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(ErrorRecord), "_serializedFullyQualifiedErrorId");

    public static ErrorRecord From(JsonElement error, string command)
    {
        var message = Text(error, "message");
        var category = Enum.Parse<ErrorCategory>(Text(error, "category"));
        Exception exception = Text(error, "exception") switch
        {
            nameof(VirtualizationException) => new VirtualizationException(message),
            nameof(ItemNotFoundException) => new ItemNotFoundException(message),
            nameof(PSArgumentException) => new PSArgumentException(message),
            "PSDirectException" => PowerShellDirect(message),
            _ => new RuntimeException(message),
        };
        var record = new ErrorRecord(exception, Text(error, "code"), category, null);
        record.CategoryInfo.Activity = command;
        record.CategoryInfo.Reason = exception.GetType().Name;
        WholeId.SetValue(record, $"{Text(error, "code")},{Text(error, "class")}");
        return record;
    }

    /// <summary>An exception of the engine's own, which the reference assembly does not show.</summary>
    private static Exception PowerShellDirect(string message)
    {
        var type = typeof(PSObject).Assembly.GetType("System.Management.Automation.Remoting.PSDirectException", throwOnError: true)!;
        return (Exception)Activator.CreateInstance(type, message)!;
    }

    private static string Text(JsonElement error, string name) => error.GetProperty(name).GetString() ?? "";
}
