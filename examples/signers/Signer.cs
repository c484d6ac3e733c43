// Signs requests, one JSON line each: mcs -r:Newtonsoft.Json.dll Signer.cs && mallcheck signer -- mono Signer.exe
using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
static class Signer {
    static void Main() {
        Console.OutputEncoding = Console.InputEncoding = new UTF8Encoding(false);
        for (string line; (line = Console.ReadLine()) != null; ) {
            try { Console.WriteLine(Sign(Parse(line))); } catch (Exception problem) { Console.WriteLine("error: " + problem.GetType().Name); }
        }
    }
    // Without these settings Json.NET turns texts that look like dates into dates, and 1.10 into 1.1.
    static JObject Parse(string text) {
        return JObject.Load(new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, FloatParseHandling = FloatParseHandling.Decimal });
    }
    static string Sign(JObject vector) {
        var parameters = new JObject();
        foreach (var pair in ((string)vector["query"] ?? "").Split(new[] { '&' }, StringSplitOptions.RemoveEmptyEntries)) {
            var parts = (pair + "=").Split('=');
            parameters[Uri.UnescapeDataString(parts[0].Replace('+', ' '))] = Uri.UnescapeDataString(parts[1].Replace('+', ' '));
        }
        string[] template = ((string)vector["template"] ?? "").Split('/'), path = ((string)vector["path"]).Split('/');
        for (var i = 0; i < template.Length; i++)
            if (template[i].StartsWith("{")) parameters[template[i].Trim('{', '}')] = Uri.UnescapeDataString(path[path.Length - template.Length + i]);
        var body = (string)vector["body"] ?? "";
        if (body != "") foreach (var member in Parse(body).Properties()) parameters[member.Name] = member.Value;
        var kept = parameters.Properties().Where(m => m.Name != "sign" && m.Value.Type != JTokenType.Null && !(m.Value.Type == JTokenType.String && (string)m.Value == ""));
        var content = new JObject(kept.OrderBy(m => m.Name, StringComparer.Ordinal)).ToString(Formatting.None);
        return string.Concat(MD5.Create().ComputeHash(Encoding.UTF8.GetBytes(content)).Select(b => b.ToString("x2")));
    }
}
