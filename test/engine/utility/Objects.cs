using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private int taken;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public string? ExpandProperty { get; set; }

    [Parameter, ValidateRange(0, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    protected override void ProcessRecord()
    {
        if (InputObject is null || taken++ >= First) return;
        if (ExpandProperty is not null) Expand(InputObject, ExpandProperty);
        else WriteObject(Property is null ? InputObject : Pick(InputObject, Property));
    }

    private void Expand(PSObject from, string name)
    {
        if (from.Properties[name] is { } property) WriteObject(property.Value, enumerateCollection: true);
        else
            WriteError(new ErrorRecord(new PSArgumentException($"Property \"{name}\" cannot be found."),
                "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, from));
    }

    private static PSObject Pick(PSObject from, object[] wanted)
    {
        var picked = new PSObject();
        foreach (var each in wanted)
        {
            if (LanguagePrimitives.TryConvertTo<Hashtable>(each, out var table) && table is not null) Calculate(picked, from, table);
            else Copy(picked, from, each.ToString() ?? "");
        }
        return picked;
    }

    private static void Copy(PSObject to, PSObject from, string name)
    {
        if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            foreach (var found in from.Properties.Where(each => pattern.IsMatch(each.Name))) Set(to, found.Name, found.Value);
        }
        else Set(to, name, from.Properties[name]?.Value);
    }

    private static void Calculate(PSObject to, PSObject from, Hashtable table)
    {
        var name = Entry(table, "Name", "Label")?.ToString() ?? "";
        var expression = Entry(table, "Expression");
        var value = expression is ScriptBlock script
            ? script.InvokeWithContext(null, [new PSVariable("_", from)]) switch { [var only] => only, var several => several }
            : from.Properties[expression?.ToString() ?? ""]?.Value;
        Set(to, name, value);
    }

    /// <summary>Keys may be shortened to any beginning.</summary>
    private static object? Entry(Hashtable table, params string[] names) =>
        table.Keys.Cast<object>()
            .Where(key => names.Any(name => name.StartsWith(key.ToString() ?? "?", StringComparison.OrdinalIgnoreCase)))
            .Select(key => table[key] is PSObject wrapped ? wrapped.BaseObject : table[key])
            .FirstOrDefault();

    private static void Set(PSObject to, string name, object? value)
    {
        if (to.Properties[name] is null) to.Properties.Add(new PSNoteProperty(name, value));
    }
}

public sealed record Measured(int Count, double? Sum, double? Maximum, double? Minimum, string? Property);

[Cmdlet(VerbsDiagnostic.Measure, "Object")]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<double> values = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public string? Property { get; set; }

    [Parameter]
    public SwitchParameter Sum { get; set; }

    [Parameter]
    public SwitchParameter Maximum { get; set; }

    [Parameter]
    public SwitchParameter Minimum { get; set; }

    private int count;

    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        var value = Property is null ? InputObject : InputObject.Properties[Property]?.Value;
        if (value is null) return;
        count++;
        if (Sum || Maximum || Minimum) values.Add(LanguagePrimitives.ConvertTo<double>(value));
    }

    protected override void EndProcessing() => WriteObject(new Measured(count,
        Sum ? values.Sum() : null,
        Maximum && values.Count > 0 ? values.Max() : null,
        Minimum && values.Count > 0 ? values.Min() : null,
        Property));
}

[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string TypeName { get; set; } = "";

    [Parameter(Position = 1)]
    public object[] ArgumentList { get; set; } = [];

    [Parameter]
    public IDictionary? Property { get; set; }

    protected override void BeginProcessing()
    {
        var made = PSObject.AsPSObject(Create(LanguagePrimitives.ConvertTo<Type>(TypeName)));
        foreach (DictionaryEntry entry in Property ?? new Hashtable())
        {
            var name = entry.Key.ToString() ?? "";
            if (made.Properties[name] is { } known) known.Value = entry.Value;
            else made.Properties.Add(new PSNoteProperty(name, entry.Value));
        }
        WriteObject(made);
    }

    private object Create(Type type)
    {
        if (ArgumentList.Length == 0) return Activator.CreateInstance(type) ?? new PSObject();
        foreach (var constructor in type.GetConstructors().Where(each => each.GetParameters().Length == ArgumentList.Length))
            if (Convert(constructor) is { } arguments) return constructor.Invoke(arguments);
        throw new PSArgumentException($"A constructor of {TypeName} with such arguments was not found.");
    }

    private object?[]? Convert(ConstructorInfo constructor)
    {
        var converted = new object?[ArgumentList.Length];
        foreach (var (at, parameter) in constructor.GetParameters().Index())
            if (!LanguagePrimitives.TryConvertTo(ArgumentList[at], parameter.ParameterType, out converted[at])) return null;
        return converted;
    }
}

/// <summary>Restricted sessions offer it; there is no formatting here, so there is nothing to give.</summary>
[Cmdlet(VerbsCommon.Get, "FormatData")]
public sealed class GetFormatDataCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public string[]? TypeName { get; set; }

    [Parameter]
    public Version? PowerShellVersion { get; set; }
}
