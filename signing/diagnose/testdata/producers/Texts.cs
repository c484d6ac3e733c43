// Prints what Mono's and Json.NET's serialisers make of the bodies, one JSON object a line. Run by
// produce, with Debian's mono-mcs, libmono-system-web-extensions4.0-cil and libnewtonsoft-json5.0-cil.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Web;
using System.Web.Script.Serialization;
using Newtonsoft.Json;

static class Texts
{
    static SortedDictionary<string, object> Filled(Dictionary<string, object> d)
    {
        var sorted = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var m in d)
            if (m.Value != null && !m.Value.Equals("")) sorted[m.Key] = m.Value;
        return sorted;
    }

    static string Pairs(Dictionary<string, object> d, Func<string, string> change)
    {
        return string.Join("&", Filled(d).Select(m => m.Key + "=" + change(Convert.ToString(m.Value))));
    }

    static string Net(Dictionary<string, object> d, Formatting formatting, StringEscapeHandling escapes)
    {
        return JsonConvert.SerializeObject(Filled(d), formatting, new JsonSerializerSettings { StringEscapeHandling = escapes });
    }

    static void Main(string[] args)
    {
        var script = new JavaScriptSerializer();
        var mono = "Mono " + Environment.Version;
        var jsonNet = "Json.NET " + typeof(JsonConvert).Assembly.GetName().Version;
        var ways = new List<Tuple<string, string, Func<Dictionary<string, object>, string>>>();
        Action<string, string, Func<Dictionary<string, object>, string>> add = (library, way, f) => ways.Add(Tuple.Create(library, way, f));
        add(jsonNet, "SerializeObject", d => Net(d, Formatting.None, StringEscapeHandling.Default));
        add(jsonNet, "SerializeObject, EscapeNonAscii", d => Net(d, Formatting.None, StringEscapeHandling.EscapeNonAscii));
        add(jsonNet, "SerializeObject, EscapeHtml", d => Net(d, Formatting.None, StringEscapeHandling.EscapeHtml));
        add(jsonNet, "SerializeObject, Indented", d => Net(d, Formatting.Indented, StringEscapeHandling.Default));
        add(mono, "JavaScriptSerializer", d => script.Serialize(Filled(d)));
        add(mono, "HttpUtility.UrlEncode of values", d => Pairs(d, HttpUtility.UrlEncode));
        add(mono, "Uri.EscapeDataString of values", d => Pairs(d, Uri.EscapeDataString));
        add(mono, "k=v joined by &", d => Pairs(d, v => v));
        add(mono, "OrderBy(Key), k=v joined by &", d => string.Join("&", d.Where(m => m.Value != null && !m.Value.Equals("")).OrderBy(m => m.Key).Select(m => m.Key + "=" + m.Value)));

        var bodies = JsonConvert.DeserializeObject<Dictionary<string, string>>(File.ReadAllText(args[0]));
        foreach (var way in ways)
            foreach (var body in bodies)
            {
                var text = way.Item3(script.Deserialize<Dictionary<string, object>>(body.Value));
                var hex = string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b.ToString("x2")));
                Console.WriteLine(JsonConvert.SerializeObject(new { library = way.Item1, way = way.Item2, body = body.Key, hex }));
            }
    }
}
