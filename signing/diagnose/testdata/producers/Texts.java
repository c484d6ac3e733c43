import com.alibaba.fastjson.serializer.SerializerFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Prints what Java's libraries make of the bodies, one JSON object a line. Run by produce, with the
 * libraries of pom.xml on the class path.
 */
public class Texts {
    interface Way {
        Object produce(Map<String, Object> d) throws Exception;
    }

    static final ObjectMapper MAPPER = new ObjectMapper();
    static final ObjectMapper DECIMALS = new ObjectMapper()
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .setNodeFactory(com.fasterxml.jackson.databind.node.JsonNodeFactory.withExactBigDecimals(true));
    static String body;

    static Map<String, Object> filled(Map<String, Object> d) {
        Map<String, Object> sorted = new TreeMap<>(d);
        sorted.values().removeIf(v -> v == null || v.equals(""));
        return sorted;
    }

    static Map<String, Object> texts(Map<String, Object> d, java.util.function.UnaryOperator<String> change) {
        Map<String, Object> changed = filled(d);
        changed.replaceAll((k, v) -> v instanceof String s ? change.apply(s) : v);
        return changed;
    }

    static String json(Object value) throws Exception {
        return MAPPER.writeValueAsString(value);
    }

    static Way money(java.util.function.Function<String, Object> change) {
        return d -> {
            if (!d.containsKey("payAmount")) {
                return null;
            }
            Map<String, Object> changed = filled(d);
            changed.put("payAmount", change.apply((String) d.get("payAmount")));
            return json(changed);
        };
    }

    static Map<String, Map<String, Way>> ways() throws Exception {
        Map<String, Map<String, Way>> all = new LinkedHashMap<>();
        Map<String, Way> jdk = new LinkedHashMap<>();
        jdk.put("TreeMap.toString", d -> filled(d).toString());
        jdk.put("HashMap.toString", d -> new HashMap<>(filled(d)).toString());
        jdk.put("k=v joined by &", d -> filled(d).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining("&")));
        jdk.put("URLEncoder", d -> filled(d).entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(String.valueOf(e.getValue()), StandardCharsets.UTF_8)).collect(Collectors.joining("&")));
        jdk.put("payAmount as Double", money(Double::valueOf));
        jdk.put("payAmount as String of a double", money(v -> String.valueOf(Double.parseDouble(v))));
        jdk.put("payAmount as BigDecimal without trailing zeros", money(v -> new BigDecimal(v).stripTrailingZeros().toString()));
        jdk.put("payAmount as String.format(\"%,.2f\")", money(v -> String.format(java.util.Locale.US, "%,.2f", Double.parseDouble(v))));
        jdk.put("payAmount as String.format(\"%.1f\")", money(v -> String.format(java.util.Locale.US, "%.1f", Double.parseDouble(v))));
        jdk.put("getBytes(GBK)", d -> json(filled(d)).getBytes("GBK"));
        jdk.put("getBytes(US_ASCII)", d -> json(filled(d)).getBytes(StandardCharsets.US_ASCII));
        jdk.put("getBytes(windows-1252)", d -> json(filled(d)).getBytes("windows-1252"));
        jdk.put("getBytes(UTF_16)", d -> json(filled(d)).getBytes(StandardCharsets.UTF_16));
        jdk.put("new String(UTF-8 bytes, ISO_8859_1)", d -> new String(json(filled(d)).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        all.put("Java " + System.getProperty("java.version"), jdk);

        Map<String, Way> gson = new LinkedHashMap<>();
        gson.put("new Gson().toJson(filled)", d -> new Gson().toJson(filled(d)));
        gson.put("new Gson().toJson(HashMap)", d -> new Gson().toJson(new HashMap<>(filled(d))));
        gson.put("disableHtmlEscaping", d -> new GsonBuilder().disableHtmlEscaping().create().toJson(filled(d)));
        gson.put("setPrettyPrinting", d -> new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create().toJson(filled(d)));
        gson.put("fromJson and toJson of a TreeMap", d -> new Gson().toJson(filled(new Gson().fromJson(body, TreeMap.class))));
        all.put("Gson 2.11.0", gson);

        Map<String, Way> jackson = new LinkedHashMap<>();
        jackson.put("writeValueAsString(filled)", d -> json(filled(d)));
        jackson.put("writeValueAsString(d)", d -> json(d));
        jackson.put("ORDER_MAP_ENTRIES_BY_KEYS", d -> new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).writeValueAsString(d));
        jackson.put("writerWithDefaultPrettyPrinter", d -> MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(filled(d)));
        jackson.put("ESCAPE_NON_ASCII", d -> MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(filled(d)));
        jackson.put("USE_BIG_DECIMAL_FOR_FLOATS", d -> json(filled(new TreeMap<>(DECIMALS.readValue(body, Map.class)))));
        jackson.put("JsonNode.toString", d -> MAPPER.readTree(body).toString());
        all.put("Jackson 2.18.2", jackson);

        Map<String, Way> fastjson = new LinkedHashMap<>();
        fastjson.put("toJSONString(filled)", d -> com.alibaba.fastjson.JSON.toJSONString(filled(d)));
        fastjson.put("new JSONObject(filled).toJSONString()", d -> new com.alibaba.fastjson.JSONObject(filled(d)).toJSONString());
        fastjson.put("MapSortField", d -> com.alibaba.fastjson.JSON.toJSONString(new HashMap<>(filled(d)), SerializerFeature.MapSortField));
        fastjson.put("WriteSlashAsSpecial", d -> com.alibaba.fastjson.JSON.toJSONString(filled(d), SerializerFeature.WriteSlashAsSpecial));
        fastjson.put("BrowserCompatible", d -> com.alibaba.fastjson.JSON.toJSONString(filled(d), SerializerFeature.BrowserCompatible));
        fastjson.put("BrowserSecure", d -> com.alibaba.fastjson.JSON.toJSONString(filled(d), SerializerFeature.BrowserSecure));
        fastjson.put("UseSingleQuotes", d -> com.alibaba.fastjson.JSON.toJSONString(filled(d), SerializerFeature.UseSingleQuotes));
        fastjson.put("PrettyFormat", d -> com.alibaba.fastjson.JSON.toJSONString(filled(d), SerializerFeature.PrettyFormat));
        all.put("fastjson 1.2.83", fastjson);

        Map<String, Way> fastjson2 = new LinkedHashMap<>();
        fastjson2.put("toJSONString(filled)", d -> com.alibaba.fastjson2.JSON.toJSONString(filled(d)));
        fastjson2.put("BrowserCompatible", d -> com.alibaba.fastjson2.JSON.toJSONString(filled(d), com.alibaba.fastjson2.JSONWriter.Feature.BrowserCompatible));
        fastjson2.put("BrowserSecure", d -> com.alibaba.fastjson2.JSON.toJSONString(filled(d), com.alibaba.fastjson2.JSONWriter.Feature.BrowserSecure));
        fastjson2.put("EscapeNoneAscii", d -> com.alibaba.fastjson2.JSON.toJSONString(filled(d), com.alibaba.fastjson2.JSONWriter.Feature.EscapeNoneAscii));
        fastjson2.put("PrettyFormat", d -> com.alibaba.fastjson2.JSON.toJSONString(filled(d), com.alibaba.fastjson2.JSONWriter.Feature.PrettyFormat));
        all.put("fastjson2 2.0.53", fastjson2);

        Map<String, Way> orgJson = new LinkedHashMap<>();
        orgJson.put("new JSONObject(filled).toString()", d -> new org.json.JSONObject(filled(d)).toString());
        orgJson.put("new JSONObject(text).toString()", d -> new org.json.JSONObject(body).toString());
        orgJson.put("new JSONObject(filled).toString(2)", d -> new org.json.JSONObject(filled(d)).toString(2));
        orgJson.put("keys sorted, valueToString", d -> filled(d).entrySet().stream()
            .map(e -> org.json.JSONObject.quote(e.getKey()) + ":" + org.json.JSONObject.valueToString(e.getValue())).collect(Collectors.joining(",", "{", "}")));
        all.put("org.json 20240303", orgJson);

        all.put("json-simple 1.1.1", Map.of("toJSONString(filled)", d -> org.json.simple.JSONObject.toJSONString(filled(d))));
        all.put("json-smart 2.5.1", Map.of("toJSONString(filled)", d -> net.minidev.json.JSONObject.toJSONString(filled(d))));
        Map<String, Way> hutool = new LinkedHashMap<>();
        hutool.put("toJsonStr(filled)", d -> cn.hutool.json.JSONUtil.toJsonStr(filled(d)));
        hutool.put("parse(filled).toStringPretty", d -> cn.hutool.json.JSONUtil.parseObj(filled(d)).toStringPretty());
        all.put("Hutool 5.8.34", hutool);
        Map<String, Way> text = new LinkedHashMap<>();
        text.put("escapeHtml4", d -> json(texts(d, org.apache.commons.text.StringEscapeUtils::escapeHtml4)));
        text.put("escapeJava", d -> "{" + filled(d).entrySet().stream()
            .map(e -> "\"" + e.getKey() + "\":\"" + org.apache.commons.text.StringEscapeUtils.escapeJava(String.valueOf(e.getValue())) + "\"").collect(Collectors.joining(",")) + "}");
        text.put("escapeJson", d -> "{" + filled(d).entrySet().stream()
            .map(e -> "\"" + e.getKey() + "\":\"" + org.apache.commons.text.StringEscapeUtils.escapeJson(String.valueOf(e.getValue())) + "\"").collect(Collectors.joining(",")) + "}");
        all.put("Commons Text 1.12.0", text);
        return all;
    }

    @SuppressWarnings("unchecked")
    public static void main(String[] args) throws Exception {
        Map<String, String> bodies = MAPPER.readValue(Files.readString(Path.of(args[0])), LinkedHashMap.class);
        for (var library : ways().entrySet()) {
            for (var way : library.getValue().entrySet()) {
                for (var input : bodies.entrySet()) {
                    body = input.getValue();
                    Object text = way.getValue().produce(MAPPER.readValue(body, LinkedHashMap.class));
                    if (text == null) {
                        continue;
                    }
                    byte[] bytes = text instanceof String s ? s.getBytes(StandardCharsets.UTF_8) : (byte[]) text;
                    Map<String, String> line = new LinkedHashMap<>();
                    line.put("library", library.getKey());
                    line.put("way", way.getKey());
                    line.put("body", input.getKey());
                    line.put("hex", HexFormat.of().formatHex(bytes));
                    System.out.println(json(line));
                }
            }
        }
    }
}
