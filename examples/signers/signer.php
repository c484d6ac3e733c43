<?php // Signs requests, one JSON line each, as mallcheck signer writes them: mallcheck signer -- php signer.php
while (($line = fgets(STDIN)) !== false) {
    $vector = json_decode($line, true);
    try {
        $parameters = [];
        foreach (array_filter(explode('&', $vector['query'] ?? '')) as $pair) {
            [$name, $value] = explode('=', $pair, 2) + [1 => ''];
            $parameters[urldecode($name)] = urldecode($value);
        }
        $template = explode('/', $vector['template'] ?? '');
        $path = array_slice(explode('/', $vector['path']), -count($template));
        foreach ($template as $i => $name) {
            if (str_starts_with($name, '{')) {
                $parameters[trim($name, '{}')] = rawurldecode($path[$i]);
            }
        }
        $body = isset($vector['bodyHex']) ? hex2bin($vector['bodyHex']) : $vector['body'] ?? '';
        if ($body !== '') {
            foreach (json_decode($body, false, 512, JSON_THROW_ON_ERROR) as $name => $value) {
                $parameters[$name] = $value;
            }
        }
        unset($parameters['sign']);
        $parameters = array_filter($parameters, fn ($value) => $value !== '' && $value !== null);
        ksort($parameters, SORT_STRING);
        echo md5(json_encode((object) $parameters, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR)), "\n";
    } catch (Throwable $problem) {
        echo 'error: ', get_class($problem), "\n";
    }
}
