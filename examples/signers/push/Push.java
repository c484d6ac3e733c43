// Signs pushes, one JSON line each: mallcheck signer --push -- java -cp /usr/share/java/gson.jar Push.java
import com.google.gson.*;
import java.io.*;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;
class Push {
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
        var members = new TreeMap<String, JsonElement>();
        JsonParser.parseString(vector.get("body").getAsString()).getAsJsonObject().entrySet().forEach(m -> members.put(m.getKey(), m.getValue()));
        var text = new StringBuilder(new GsonBuilder().disableHtmlEscaping().serializeNulls().create().toJson(members));
        for (String name : List.of("x-lf-notification-version", "x-lf-algo", "x-lf-timestamp"))
            text.append(':').append(vector.getAsJsonObject("headers").get(name).getAsString());
        var mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(HexFormat.of().parseHex(vector.get("key").getAsString()), "HmacSHA1"));
        return vector.get("keyId").getAsString() + "/" + Base64.getEncoder().encodeToString(mac.doFinal(text.toString().getBytes(UTF_8)));
    }
}
