<?php
// Prints what PHP makes of the bodies, one JSON object a line. Run by produce.

function filled(array $d): array
{
    ksort($d, SORT_STRING);
    return array_filter($d, fn ($v) => $v !== '' && $v !== null);
}

function texts(array $d, callable $change): array
{
    return array_map(fn ($v) => is_string($v) ? $change($v) : $v, $d);
}

function money(callable $change): callable
{
    return fn (array $d) => isset($d['payAmount'])
        ? json_encode(filled(['payAmount' => $change($d['payAmount'])] + $d), JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES) : null;
}

function imploded(array $d): string
{
    $pairs = [];
    foreach (filled($d) as $k => $v) {
        $pairs[] = "$k=" . @strval(is_array($v) ? 'Array' : $v);
    }
    return implode('&', $pairs);
}

$raw = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES;
$ways = [
    'json_encode($d)' => fn ($d) => json_encode($d),
    'json_encode(filled($d))' => fn ($d) => json_encode(filled($d)),
    'json_encode, JSON_UNESCAPED_SLASHES' => fn ($d) => json_encode(filled($d), JSON_UNESCAPED_SLASHES),
    'json_encode, JSON_UNESCAPED_UNICODE' => fn ($d) => json_encode(filled($d), JSON_UNESCAPED_UNICODE),
    'json_encode, both unescaped' => fn ($d) => json_encode(filled($d), $raw),
    'json_encode, both unescaped, JSON_UNESCAPED_LINE_TERMINATORS' => fn ($d) => json_encode(filled($d), $raw | JSON_UNESCAPED_LINE_TERMINATORS),
    'json_encode, JSON_HEX_TAG | JSON_HEX_APOS | JSON_HEX_AMP | JSON_HEX_QUOT' => fn ($d) => json_encode(filled($d), 15),
    'json_encode, both unescaped, JSON_HEX_TAG | JSON_HEX_APOS | JSON_HEX_AMP | JSON_HEX_QUOT' => fn ($d) => json_encode(filled($d), 15 | $raw),
    'json_encode, JSON_NUMERIC_CHECK' => fn ($d) => json_encode(filled($d), JSON_NUMERIC_CHECK),
    'json_encode, JSON_NUMERIC_CHECK, both unescaped' => fn ($d) => json_encode(filled($d), JSON_NUMERIC_CHECK | $raw),
    'json_encode, JSON_PRETTY_PRINT' => fn ($d) => json_encode(filled($d), JSON_PRETTY_PRINT),
    'json_encode, JSON_PRETTY_PRINT, both unescaped' => fn ($d) => json_encode(filled($d), JSON_PRETTY_PRINT | $raw),
    'json_encode, JSON_PRESERVE_ZERO_FRACTION, both unescaped' => fn ($d) => json_encode(filled($d), JSON_PRESERVE_ZERO_FRACTION | $raw),
    'json_encode, serialize_precision=17, both unescaped' => function ($d) use ($raw) {
        ini_set('serialize_precision', '17');
        $text = json_encode(filled($d), $raw);
        ini_set('serialize_precision', '-1');
        return $text;
    },
    'stripslashes(json_encode)' => fn ($d) => stripslashes(json_encode(filled($d), JSON_UNESCAPED_UNICODE)),
    'json_encode of htmlspecialchars' => fn ($d) => json_encode(texts(filled($d), 'htmlspecialchars'), $raw),
    'json_encode of htmlentities' => fn ($d) => json_encode(texts(filled($d), 'htmlentities'), $raw),
    'json_encode of urlencode' => fn ($d) => json_encode(texts(filled($d), 'urlencode'), $raw),
    'json_encode of rawurlencode' => fn ($d) => json_encode(texts(filled($d), 'rawurlencode'), $raw),
    'json_encode of addslashes' => fn ($d) => json_encode(texts(filled($d), 'addslashes'), $raw),
    'http_build_query' => fn ($d) => http_build_query(filled($d)),
    'http_build_query, PHP_QUERY_RFC3986' => fn ($d) => http_build_query(filled($d), '', '&', PHP_QUERY_RFC3986),
    'urldecode(http_build_query)' => fn ($d) => urldecode(http_build_query(filled($d))),
    "\"\$k=\$v\" imploded by &" => fn ($d) => imploded($d),
    'mb_convert_encoding to GBK' => fn ($d) => mb($d, 'CP936'),
    'mb_convert_encoding to Windows-1252' => fn ($d) => mb($d, 'Windows-1252'),
    'utf8_encode' => fn ($d) => @utf8_encode(json_encode(filled($d), $raw)),
    'utf8_decode' => fn ($d) => @utf8_decode(json_encode(filled($d), $raw)),
    'payAmount as (float)' => money(fn ($v) => (float) $v),
    'payAmount as (int)' => money(fn ($v) => (int) $v),
    'payAmount as number_format' => money(fn ($v) => number_format((float) $v, 2)),
    'payAmount as strval((float))' => money(fn ($v) => strval((float) $v)),
];

function mb(array $d, string $set): ?string
{
    global $raw;
    return function_exists('mb_convert_encoding') ? mb_convert_encoding(json_encode(filled($d), $raw), $set, 'UTF-8') : null;
}

foreach ($ways as $way => $produce) {
    foreach (json_decode(file_get_contents($argv[1]), true) as $name => $body) {
        $text = $produce(json_decode($body, true));
        if (is_string($text)) {
            echo json_encode(['library' => 'PHP ' . PHP_VERSION, 'way' => $way, 'body' => $name, 'hex' => bin2hex($text)], JSON_UNESCAPED_SLASHES), "\n";
        }
    }
}
