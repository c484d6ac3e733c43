// Prints what C and C++ libraries make of the bodies, one JSON object a line. Run by produce, with
// Debian's libcjson-dev, libjansson-dev, nlohmann-json3-dev and rapidjson-dev.
#include <cjson/cJSON.h>
#include <jansson.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <string>

using sorted = nlohmann::json;

static sorted filled(const std::string &raw) {
    sorted d = sorted::parse(raw), kept = sorted::object();
    for (auto &[name, value] : d.items())
        if (!value.is_null() && value != "") kept[name] = value;
    return kept;
}

static std::string with_cjson(const std::string &raw, bool pretty) {
    cJSON *d = cJSON_Parse(filled(raw).dump().c_str());
    return pretty ? cJSON_Print(d) : cJSON_PrintUnformatted(d);
}

static std::string with_jansson(const std::string &raw, size_t flags) {
    json_error_t error;
    return json_dumps(json_loads(filled(raw).dump().c_str(), 0, &error), flags);
}

template <class Writer> static std::string with_rapidjson(const std::string &raw) {
    rapidjson::Document d;
    d.Parse(filled(raw).dump().c_str());
    rapidjson::StringBuffer out;
    Writer writer(out);
    d.Accept(writer);
    return out.GetString();
}

int main(int, char **args) {
    std::ifstream file(args[1]);
    auto bodies = sorted::parse(file);
    const std::string nlohmann = "nlohmann/json " + std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." + std::to_string(NLOHMANN_JSON_VERSION_MINOR),
                      cjson = std::string("cJSON ") + cJSON_Version(),
                      jansson = std::string("Jansson ") + JANSSON_VERSION, rapid = std::string("RapidJSON ") + RAPIDJSON_VERSION_STRING;
    std::map<std::pair<std::string, std::string>, std::function<std::string(const std::string &)>> ways = {
        {{nlohmann, "dump()"}, [](auto &raw) { return filled(raw).dump(); }},
        {{nlohmann, "dump(4)"}, [](auto &raw) { return filled(raw).dump(4); }},
        {{nlohmann, "dump(-1, ' ', true)"}, [](auto &raw) { return filled(raw).dump(-1, ' ', true); }},
        {{cjson, "cJSON_PrintUnformatted"}, [](auto &raw) { return with_cjson(raw, false); }},
        {{cjson, "cJSON_Print"}, [](auto &raw) { return with_cjson(raw, true); }},
        {{jansson, "JSON_SORT_KEYS"}, [](auto &raw) { return with_jansson(raw, JSON_SORT_KEYS); }},
        {{jansson, "JSON_SORT_KEYS | JSON_COMPACT"}, [](auto &raw) { return with_jansson(raw, JSON_SORT_KEYS | JSON_COMPACT); }},
        {{jansson, "JSON_SORT_KEYS | JSON_ENSURE_ASCII"}, [](auto &raw) { return with_jansson(raw, JSON_SORT_KEYS | JSON_ENSURE_ASCII); }},
        {{rapid, "Writer"}, with_rapidjson<rapidjson::Writer<rapidjson::StringBuffer>>},
        {{rapid, "PrettyWriter"}, with_rapidjson<rapidjson::PrettyWriter<rapidjson::StringBuffer>>},
        {{rapid, "Writer to ASCII"}, with_rapidjson<rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>>},
    };
    for (auto &[name, produce] : ways)
        for (auto &[body, raw] : bodies.items()) {
            std::string hex;
            for (unsigned char c : produce(raw.get<std::string>())) {
                char digits[3];
                std::snprintf(digits, sizeof digits, "%02x", c);
                hex += digits;
            }
            sorted line = {{"library", name.first}, {"way", name.second}, {"body", body}, {"hex", hex}};
            std::puts(line.dump().c_str());
        }
}
