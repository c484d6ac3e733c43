// Signs pushes, one JSON line each: mcs -r:Newtonsoft.Json.dll Push.cs && mallcheck signer --push -- mono Push.exe
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
static class Push {
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
        var members = new JObject(Parse((string)vector["body"]).Properties().OrderBy(m => m.Name, StringComparer.Ordinal));
        var text = members.ToString(Formatting.None);
        foreach (var name in new[] { "x-lf-notification-version", "x-lf-algo", "x-lf-timestamp" }) text += ":" + vector["headers"][name];
        var hex = (string)vector["key"];
        var key = Enumerable.Range(0, hex.Length / 2).Select(i => byte.Parse(hex.Substring(2 * i, 2), NumberStyles.HexNumber)).ToArray();
        return vector["keyId"] + "/" + Convert.ToBase64String(new HMACSHA1(key).ComputeHash(Encoding.UTF8.GetBytes(text)));
    }
}
