// Signs requests, one JSON line each: mallcheck signer -- java -cp /usr/share/java/gson.jar Signer.java
import com.google.gson.*;
import java.io.*;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.util.*;
import static java.nio.charset.StandardCharsets.UTF_8;
class Signer {
    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            try {
                System.out.println(sign(JsonParser.parseString(line).getAsJsonObject()));
            } catch (RuntimeException problem) {
                System.out.println("error: " + problem.getClass().getSimpleName());
            }
        }
    }
    static String sign(JsonObject vector) throws Exception {
        var parameters = new TreeMap<String, JsonElement>();
        for (String pair : text(vector, "query").split("&")) {
            String[] parts = pair.split("=", 2);
            if (parts.length == 2) parameters.put(decoded(parts[0]), new JsonPrimitive(decoded(parts[1])));
        }
        String[] template = text(vector, "template").split("/"), path = text(vector, "path").split("/");
        for (int i = 0; i < template.length; i++) {
            String value = decoded(path[path.length - template.length + i].replace("+", "%2B"));
            if (template[i].startsWith("{")) parameters.put(template[i].replaceAll("[{}]", ""), new JsonPrimitive(value));
        }
        String body = text(vector, "body").isEmpty() ? "{}" : text(vector, "body");
        JsonParser.parseString(body).getAsJsonObject().entrySet().forEach(m -> parameters.put(m.getKey(), m.getValue()));
        parameters.remove("sign");
        parameters.values().removeIf(value -> value.isJsonNull() || value.isJsonPrimitive() && value.getAsString().isEmpty());
        String content = new GsonBuilder().disableHtmlEscaping().create().toJson(parameters);
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content.getBytes(UTF_8)));
    }
    static String decoded(String text) { return URLDecoder.decode(text, UTF_8); }
    static String text(JsonObject vector, String name) { return vector.has(name) ? vector.get(name).getAsString() : ""; }
}
