# Prints what Ruby makes of the bodies, one JSON object a line. Run by produce, with Debian's
# ruby-activesupport and ruby-rack.
require "json"
require "uri"
require "cgi"
require "erb"

filled = ->(d) { d.reject { |_, v| v.nil? || v == "" }.sort.to_h }
texts = ->(d, &change) { filled.(d).transform_values { |v| v.is_a?(String) ? change.(v) : v } }
ruby = "Ruby #{RUBY_VERSION}"

ways = [
  [ruby, "JSON.generate(filled)", ->(d) { JSON.generate(filled.(d)) }],
  [ruby, "JSON.generate(d)", ->(d) { JSON.generate(d) }],
  [ruby, "JSON.generate(ascii_only: true)", ->(d) { JSON.generate(filled.(d), ascii_only: true) }],
  [ruby, "JSON.generate(script_safe: true)", ->(d) { JSON.generate(filled.(d), script_safe: true) }],
  [ruby, "JSON.pretty_generate(filled)", ->(d) { JSON.pretty_generate(filled.(d)) }],
  [ruby, "inspect", ->(d) { filled.(d).inspect }],
  [ruby, "URI.encode_www_form", ->(d) { URI.encode_www_form(filled.(d)) }],
  [ruby, "k=v joined by &", ->(d) { filled.(d).map { |k, v| "#{k}=#{v}" }.join("&") }],
  [ruby, "CGI.escape of values", ->(d) { filled.(d).map { |k, v| "#{k}=#{CGI.escape(v.to_s)}" }.join("&") }],
  [ruby, "ERB::Util.url_encode of values", ->(d) { filled.(d).map { |k, v| "#{k}=#{ERB::Util.url_encode(v.to_s)}" }.join("&") }],
  [ruby, "JSON.generate of CGI.escapeHTML", ->(d) { JSON.generate(texts.(d) { |v| CGI.escapeHTML(v) }) }],
  [ruby, "encode(Windows-1252)", ->(d) { JSON.generate(filled.(d)).encode("Windows-1252") }],
]
require "active_support"
require "active_support/core_ext/object"
require "active_support/json"
require "rack"
rails = "Active Support #{ActiveSupport.version}"
ways += [
  [rails, "to_json", ->(d) { filled.(d).to_json }],
  [rails, "to_query", ->(d) { filled.(d).to_query }],
  ["Rack #{Rack.release}", "build_query", ->(d) { Rack::Utils.build_query(filled.(d)) }],
  ["Rack #{Rack.release}", "build_nested_query", ->(d) { Rack::Utils.build_nested_query(filled.(d)) }],
]

bodies = JSON.parse(File.read(ARGV[0]))
ways.each do |library, way, produce|
  bodies.each do |name, raw|
    text = produce.(JSON.parse(raw))
    puts JSON.generate("library" => library, "way" => way, "body" => name, "hex" => text.unpack1("H*"))
  rescue Encoding::UndefinedConversionError, ArgumentError
    next # the set lacks a character, or the query cannot hold a number in a hash
  end
end
