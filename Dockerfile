# The image of mallcheck: the static binary and the certificates of the usual
# authorities, nothing else. It needs no network but that to the target.
#
#   docker build -t mallcheck --build-arg VERSION=v1.2.3 --build-arg COMMIT="$(git rev-parse HEAD)" .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" mallcheck
#   docker run --rm -p 127.0.0.1:8642:8642 mallcheck serve --listen 0.0.0.0:8642
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS build
WORKDIR /source
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
ARG COMMIT=
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X github.com/mallcheck/mallcheck/conformance.version=$VERSION -X github.com/mallcheck/mallcheck/conformance.commit=$COMMIT -X 'github.com/mallcheck/mallcheck/conformance.installedBy=container image'" \
      -o /out/mallcheck ./cmd/mallcheck \
    && mkdir /out/work

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/mallcheck /mallcheck
# Reports go below the working directory, so the user of the image may write there.
COPY --from=build --chown=65532:65532 /out/work /work
WORKDIR /work
USER 65532:65532
EXPOSE 8642
ENTRYPOINT ["/mallcheck"]
CMD ["run"]
