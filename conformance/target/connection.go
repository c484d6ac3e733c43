package target

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/wholefile"
)

// noProxy is the value of proxy that disables proxies, also those of the process
// environment.
const noProxy = "none"

// ownHeaders are the header fields that every request sets itself.
var ownHeaders = []string{"Connection", "Content-Length", "Content-Type", "Expect", "Host", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// proxyAddress parses the address of a proxy; nil for none.
func proxyAddress(text string) (*url.URL, error) {
	if text == noProxy {
		return nil, nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || !ValidPort(parsed) || !slices.Contains([]string{"http", "https", "socks5"}, parsed.Scheme) ||
		strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return nil, malformed{problem: "is not a valid proxy address", instead: "write it as http://host:port, or none"}
	}
	return parsed, nil
}

// header parses NAME: VALUE settings. It also returns the values that come from
// environment variables, because a file keeps its secrets there.
func (r *resolver) header() (header http.Header, secrets []string) {
	header = http.Header{}
	for _, text := range r.list("header") {
		name, value, found := strings.Cut(text, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		_, invalid := headerName(name)
		switch {
		case !found || name == "" || value == "" || invalid != nil || !headerValue(value):
			r.fail("header", text, "is not a header", `write it as NAME: VALUE, such as "X-Gateway: uat"`)
		case slices.Contains(ownHeaders, name):
			r.fail("header", text, "sets "+name+", which every request has by itself", "leave it out")
		default:
			header.Add(name, value)
			if r.fromVariable("header", text) {
				secrets = append(secrets, value)
			}
		}
	}
	return header, secrets
}

// headerValue reports whether a string is valid as the value of a header field.
func headerValue(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

// tls reads the certificates and returns the TLS configuration, nil for the default.
func (r *resolver) tls() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.choice("tls-min-version") == "1.3" {
		config.MinVersion = tls.VersionTLS13
	}
	config.RootCAs = parse(r, "tls-ca-file", trusted)
	cert, key := r.text("tls-client-cert"), r.text("tls-client-key")
	switch {
	case cert == "" && key == "":
	case key == "":
		r.fail("tls-client-cert", cert, "has no key", "give tls-client-key as well")
	case cert == "":
		r.fail("tls-client-key", key, "has no certificate", "give tls-client-cert as well")
	default:
		config.Certificates = parse(r, "tls-client-cert", func(file string) ([]tls.Certificate, error) { return clientCertificate(file, key) })
	}
	return config
}

// trusted returns the system's certificates and those of a file.
func trusted(file string) (*x509.CertPool, error) {
	text, err := readPEM(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, malformed{problem: "holds no certificate", instead: "name a file in PEM, with lines that say BEGIN CERTIFICATE"}
	}
	return pool, nil
}

func clientCertificate(cert, key string) ([]tls.Certificate, error) {
	certText, err := readPEM(cert)
	if err != nil {
		return nil, err
	}
	keyText, err := readPEM(key)
	if err != nil {
		return nil, malformed{problem: fmt.Sprintf("has a key, %q, that %v", key, err), instead: ""}
	}
	pair, err := tls.X509KeyPair(certText, keyText)
	if err != nil {
		return nil, malformed{problem: "and its key cannot be used: " + strings.TrimPrefix(err.Error(), "tls: "), instead: "name a certificate and the key that belongs to it, both in PEM"}
	}
	return []tls.Certificate{pair}, nil
}

// maxFile bounds the bytes of a file of targets or certificates.
const maxFile = 1 << 20

// readPEM reads a file. Its error continues the file's name.
func readPEM(file string) ([]byte, error) {
	text, err := readFile(file)
	if err != nil {
		return nil, malformed{problem: err.Error(), instead: "name a file in PEM"}
	}
	// Editors on Windows write a byte order mark, which hides the first certificate.
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

// readFile reads a small regular file. It does not open pipes or devices: reading one might
// never end.
func readFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errors.New("is not there")
	case errors.Is(err, os.ErrPermission):
		return nil, errors.New("cannot be read: permission denied")
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", wholefile.Reason(err))
	case info.IsDir():
		return nil, errors.New("is a folder")
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a regular file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("is larger than %d bytes", maxFile)
	}
	text, err := os.ReadFile(file) //nolint:gosec // the settings name the file
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", wholefile.Reason(err))
	}
	return text, nil
}
