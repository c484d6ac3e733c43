<?php // Signs pushes, one JSON line each, as mallcheck signer --push writes them: mallcheck signer --push -- php push.php
while (($line = fgets(STDIN)) !== false) {
    $vector = json_decode($line, true);
    try {
        $body = isset($vector['bodyHex']) ? hex2bin($vector['bodyHex']) : $vector['body'];
        $members = get_object_vars(json_decode($body, false, 512, JSON_THROW_ON_ERROR));
        ksort($members, SORT_STRING);
        $content = json_encode((object) $members, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
        $headers = $vector['headers'];
        $text = implode(':', [$content, $headers['x-lf-notification-version'], $headers['x-lf-algo'], $headers['x-lf-timestamp']]);
        echo $vector['keyId'], '/', base64_encode(hash_hmac('sha1', $text, hex2bin($vector['key']), true)), "\n";
    } catch (Throwable $problem) {
        echo 'error: ', get_class($problem), "\n";
    }
}
