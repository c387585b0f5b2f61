# A static binary on an empty base: nothing in the image but Redial, the
# certificates it trusts, and two folders that it may write to.
#
#   docker build -t redial .
#   docker run -p 8080:8080 -v redial-data:/data redial
#
# Flows that call services within your own network need
# REDIAL_ALLOW_PRIVATE_EGRESS, and REDIAL_PUBLIC_URL is what callers see.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath \
    -ldflags "-s -w -X redial/web/command.release=${VERSION}" -o /out/redial .
RUN mkdir /out/data /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/redial /redial
# The data, and temporary files of SQLite's.
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
USER 65532:65532
ENV REDIAL_ADDR=0.0.0.0:8080 REDIAL_DATA=/data
VOLUME /data
EXPOSE 8080
# There is no shell and no curl in the image, so the binary asks itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/redial", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/redial"]
CMD ["serve"]
