using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace GpuChatOps.Engine;

/// <summary>A host without a user: whatever would ask somebody fails. It knows only how to note an `exit`.</summary>
internal sealed class TextHost : PSHost
{
    public int? ExitCode { get; private set; }

    public override string Name => "GpuChatOps.Engine";
    public override Version Version { get; } = typeof(PSObject).Assembly.GetName().Version ?? new Version(7, 0);
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override PSHostUserInterface? UI => null;
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException();
    public override void ExitNestedPrompt() => throw new NotSupportedException();
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
}
