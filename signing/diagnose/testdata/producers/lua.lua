-- Prints what Lua's cjson makes of the bodies, one JSON object a line. Run by produce, with Debian's lua-cjson.
local cjson = require("cjson")

local file = assert(io.open(arg[1]))
local bodies = cjson.decode(file:read("a"))
file:close()

local function filled(d)
  local names = {}
  for name, value in pairs(d) do
    if value ~= "" and value ~= cjson.null then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function object(d) -- a table has no order, so the members are put together one by one
  local members = {}
  for _, name in ipairs(filled(d)) do
    members[#members + 1] = cjson.encode(name) .. ":" .. cjson.encode(d[name])
  end
  return "{" .. table.concat(members, ",") .. "}"
end

for name, raw in pairs(bodies) do
  if name ~= "sims" then -- the order of the nested object is not the same twice
    local hex = object(cjson.decode(raw)):gsub(".", function(c) return string.format("%02x", c:byte()) end)
    print(cjson.encode({ library = "lua-cjson " .. cjson._VERSION, way = "members sorted, cjson.encode", body = name, hex = hex }))
  end
end
