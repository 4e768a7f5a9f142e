namespace Microsoft.PowerShell;

/// <summary>The default session state asks for this assembly by name; nothing in it is needed.</summary>
internal static class Nothing;
