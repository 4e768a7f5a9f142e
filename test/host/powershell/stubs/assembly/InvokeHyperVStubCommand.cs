using System.Collections;
using System.Management.Automation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace GpuChatOps.Stubs;

/// <summary>
/// Asks the simulated fleet to carry out one command. One line goes there, one comes back:
/// {"token", "command", "bound"} and {"objects": [...], "errors": [...]}.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "HyperVStub")]
public sealed class InvokeHyperVStubCommand : PSCmdlet
{
    private TcpClient? connection;

    [Parameter(Mandatory = true)]
    public string Command { get; set; } = "";

    [Parameter(Mandatory = true)]
    public IDictionary Bound { get; set; } = new Hashtable();

    protected override void ProcessRecord()
    {
        using var answer = JsonDocument.Parse(Ask(Wire.Request(Token(), Command, Bound)));
        foreach (var each in answer.RootElement.GetProperty("objects").EnumerateArray()) WriteObject(Wire.Value(each));
        foreach (var each in answer.RootElement.GetProperty("errors").EnumerateArray()) WriteError(StubError.From(each, Command));
    }

    /// <summary>Closing the line is what ends a wait for an answer.</summary>
    protected override void StopProcessing() => connection?.Dispose();

    private string Ask(string line)
    {
        using var client = new TcpClient();
        connection = client;
        client.Connect("127.0.0.1", int.Parse(Variable("GPU_STUB_PORT")));
        using var stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadLine() ?? throw new IOException($"the stub server gave no answer to {Command}");
    }

    private static string Token() => Variable("GPU_STUB_TOKEN");

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");
}
