using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// JSON as Windows PowerShell 5.1 writes it: enumerations as numbers, dates as \/Date(ms)\/, ' &lt; &gt; &amp; escaped,
/// what is deeper than asked for as text. A wrapped value with properties of its own becomes {"value": ..., ...}, and so
/// does every wrapped array, which has Count there.
/// </summary>
internal static class JsonText
{
    public static string Of(object? value, int depth, bool compress)
    {
        var text = new StringBuilder();
        new Writer(text, depth, compress).Write(value, 0);
        return text.ToString();
    }

    private sealed class Writer(StringBuilder text, int most, bool compress)
    {
        public void Write(object? value, int depth)
        {
            var wrapper = value as PSObject;
            var bare = wrapper is null ? value : wrapper.BaseObject;
            if (bare is PSCustomObject)
            {
                if (depth > most) Quote(wrapper!.ToString());
                else Object(Shown(wrapper!.Properties), depth);
                return;
            }
            var added = wrapper is null || bare is null or IDictionary ? [] : Added(wrapper, bare).ToList();
            if (added.Count > 0 && depth <= most) Object([("value", bare), .. added], depth);
            else Bare(bare, depth);
        }

        private void Bare(object? value, int depth)
        {
            if (value is null or DBNull) text.Append("null");
            else if (value is bool flag) text.Append(flag ? "true" : "false");
            else if (value is string or char or Guid or Uri) Quote(value.ToString() ?? "");
            else if (value is DateTime time)
                text.Append($"\"\\/Date({(time.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond})\\/\"");
            else if (value is Enum) text.Append(((Enum)value).ToString("D"));
            else if (value is double or float) text.Append(((IFormattable)value).ToString("R", CultureInfo.InvariantCulture));
            else if (value.GetType().IsPrimitive || value is decimal) text.Append(System.Convert.ToString(value, CultureInfo.InvariantCulture));
            else if (depth > most) Quote(LanguagePrimitives.ConvertTo<string>(value));
            else if (value is IDictionary table) Object(Entries(table), depth);
            else if (value is IEnumerable list) Array(list, depth);
            else Object(Members(value), depth);
        }

        private void Object(IEnumerable<(string Name, object? Value)> members, int depth) =>
            Group('{', '}', depth, members.Select<(string Name, object? Value), Action>(member => () =>
            {
                Quote(member.Name);
                text.Append(compress ? ":" : ":  ");
                Write(member.Value, depth + 1);
            }));

        private void Array(IEnumerable list, int depth) =>
            Group('[', ']', depth, list.Cast<object?>().Select<object?, Action>(item => () => Write(item, depth + 1)));

        private void Group(char open, char close, int depth, IEnumerable<Action> parts)
        {
            text.Append(open);
            var first = true;
            foreach (var part in parts)
            {
                if (!first) text.Append(',');
                Line(depth + 1);
                part();
                first = false;
            }
            if (!first) Line(depth);
            text.Append(close);
        }

        private void Line(int depth)
        {
            if (!compress) text.Append("\r\n").Append(' ', 4 * depth);
        }

        private void Quote(string value)
        {
            text.Append('"');
            foreach (var letter in value) text.Append(Escaped(letter));
            text.Append('"');
        }
    }

    private static string Escaped(char letter) => letter switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' or '\'' or '<' or '>' or '&' or '\u0085' or '\u2028' or '\u2029' => $"\\u{(int)letter:x4}",
        _ => letter.ToString(),
    };

    private static IEnumerable<(string, object?)> Entries(IDictionary table)
    {
        foreach (DictionaryEntry entry in table)
            yield return (entry.Key as string ?? throw new JsonKeyException(table), entry.Value);
    }

    /// <summary>What somebody added to a value, beside what its type has.</summary>
    private static IEnumerable<(string, object?)> Added(PSObject wrapper, object bare)
    {
        foreach (var property in wrapper.Properties)
            if (property.IsInstance && property is PSNoteProperty) yield return (property.Name, property.Value);
        if (bare is Array array) yield return ("Count", array.Length);
    }

    private static IEnumerable<(string, object?)> Shown(IEnumerable<PSPropertyInfo> properties) =>
        properties.Select(property => (property.Name, (object?)property.Value));

    private static IEnumerable<(string, object?)> Members(object value)
    {
        const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public;
        foreach (var field in value.GetType().GetFields(Public)) yield return (field.Name, field.GetValue(value));
        foreach (var property in value.GetType().GetProperties(Public))
            if (property.GetMethod is not null && property.GetIndexParameters().Length == 0) yield return (property.Name, Get(property, value));
    }

    private static object? Get(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
