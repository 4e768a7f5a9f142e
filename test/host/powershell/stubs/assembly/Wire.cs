using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using Microsoft.HyperV.PowerShell;

namespace GpuChatOps.Stubs;

/// <summary>
/// Values on the wire. Plain JSON, and three forms more: {"uint64": "1"} and {"uint32": 1} for numbers of these types,
/// {"type": "VirtualMachine", "properties": {...}} for an object of the Hyper-V or
/// FailoverClusters module, {"cim": "Class", "properties": {...}}
/// for one of CIM; with "deserialized" in place of "type" it is an object that came from another session.
/// </summary>
internal static class Wire
{
    private static readonly string[] OwnNamespaces = ["Microsoft.HyperV.PowerShell", "Microsoft.FailoverClusters.PowerShell"];

    public static string Request(string token, string command, IDictionary bound)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteString("token", token);
            json.WriteString("command", command);
            json.WriteStartObject("bound");
            foreach (DictionaryEntry entry in bound)
            {
                json.WritePropertyName(entry.Key.ToString() ?? "");
                Write(json, entry.Value);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(memory.ToArray());
    }

    private static void Write(Utf8JsonWriter json, object? given)
    {
        var value = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        if (value is null) json.WriteNullValue();
        else if (value is bool or SwitchParameter) json.WriteBooleanValue(LanguagePrimitives.IsTrue(value));
        else if (value is byte or ushort or int or uint or long) json.WriteNumberValue(System.Convert.ToInt64(value));
        else if (value is IDictionary table)
        {
            json.WriteStartObject();
            foreach (DictionaryEntry entry in table)
            {
                json.WritePropertyName(entry.Key.ToString() ?? "");
                Write(json, entry.Value);
            }
            json.WriteEndObject();
        }
        else if (value is not string && value is IEnumerable list)
        {
            json.WriteStartArray();
            foreach (var item in list) Write(json, item);
            json.WriteEndArray();
        }
        else if (value is PSObject || OwnNamespaces.Contains(value.GetType().Namespace) && value is not Enum) Members(json, PSObject.AsPSObject(value));
        else json.WriteStringValue(value.ToString());
    }

    private static void Members(Utf8JsonWriter json, PSObject value)
    {
        json.WriteStartObject();
        foreach (var property in value.Properties.Where(each => each.Name != CimProperties))
        {
            json.WritePropertyName(property.Name);
            Write(json, property.Value);
        }
        json.WriteEndObject();
    }

    public static object? Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt32(out var small) ? small : json.GetInt64(),
        JsonValueKind.Array => json.EnumerateArray().Select(Value).ToArray(),
        _ when json.TryGetProperty("uint64", out var large) => ulong.Parse(large.GetString() ?? ""),
        _ when json.TryGetProperty("uint32", out var number) => number.GetUInt32(),
        _ when json.TryGetProperty("cim", out var name) => Instance(name.GetString() ?? "", json.GetProperty("properties")),
        _ when json.TryGetProperty("deserialized", out var name) => Noted(json.GetProperty("properties"), $"Deserialized.Microsoft.FailoverClusters.PowerShell.{name.GetString()}"),
        _ => Typed(json.GetProperty("type").GetString() ?? "", json.GetProperty("properties")),
    };

    /// <summary>As CimInstance has it: its properties by name, each with a value that can be set.</summary>
    private const string CimProperties = "CimInstanceProperties";

    private static PSObject Instance(string name, JsonElement properties)
    {
        var made = Noted(properties, "Microsoft.Management.Infrastructure.CimInstance", $"Microsoft.Management.Infrastructure.CimInstance#{name}");
        made.Properties.Add(new PSNoteProperty(CimProperties, made.Properties));
        return made;
    }

    private static PSObject Noted(JsonElement properties, params string[] typeNames)
    {
        var made = new PSObject();
        foreach (var name in typeNames) made.TypeNames.Insert(0, name);
        foreach (var each in properties.EnumerateObject()) made.Properties.Add(new PSNoteProperty(each.Name, Value(each.Value)));
        return made;
    }

    private static object Typed(string name, JsonElement properties)
    {
        var type = OwnNamespaces.Select(space => typeof(VirtualMachine).Assembly.GetType($"{space}.{name}")).First(found => found is not null)!;
        var made = Activator.CreateInstance(type)!;
        foreach (var each in properties.EnumerateObject())
        {
            var property = type.GetProperty(each.Name) ?? throw new MissingMemberException(name, each.Name);
            property.SetValue(made, LanguagePrimitives.ConvertTo(Value(each.Value), property.PropertyType));
        }
        return made;
    }
}
