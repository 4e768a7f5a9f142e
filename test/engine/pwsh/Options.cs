namespace GpuChatOps.Engine;

/// <summary>What the command line asks for, in the switches of pwsh that the tests use.</summary>
internal sealed class Options
{
    public string? Command { get; private set; }
    public string? File { get; private set; }
    public List<string> FileArguments { get; } = [];
    public bool RemotingServer { get; private set; }
    public string? ConfigurationFile { get; private set; }

    /// <summary>The switch that is not known, or lacks its value; null when all is well.</summary>
    public string? Wrong { get; private set; }

    public static Options Parse(string[] args)
    {
        var options = new Options();
        var words = new Queue<string>(args);
        while (options.Wrong is null && words.TryDequeue(out var word)) options.Take(word, words);
        if (options is { Wrong: null, Command: null, File: null, RemotingServer: false }) options.Wrong = "-Command or -File";
        return options;
    }

    private void Take(string word, Queue<string> rest)
    {
        switch (word.ToLowerInvariant())
        {
            case "-nologo" or "-noexit" or "-noprofile" or "-noninteractive":
                break;
            case "-executionpolicy":
                if (!rest.TryDequeue(out _)) Wrong = word;
                break;
            case "-command":
                if (rest.Count == 0) Wrong = word;
                else Command = string.Join(' ', rest);
                rest.Clear();
                break;
            case "-file":
                if (!rest.TryDequeue(out var file)) Wrong = word;
                File = file;
                FileArguments.AddRange(rest);
                rest.Clear();
                break;
            case "-sshs":
                RemotingServer = true;
                break;
            case "-configurationfile":
                if (!rest.TryDequeue(out var configuration)) Wrong = word;
                ConfigurationFile = configuration;
                break;
            default:
                Wrong = word;
                break;
        }
    }
}
