package crashtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// fixtureFiles are what a fixture holds of a data folder.
var fixtureFiles = []string{"redial.db", "secret.key"}

// signer is the connection that signs the callbacks of scenes. Its secret is worth
// nothing: it stands in every fixture.
const signer = `{"component":"signature","fields":{"scheme":"standard","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}`

// MakeFixture lets a program come into the middle of all scenes, kills it, and packs
// what is left of its data folder.
func MakeFixture(ctx context.Context, dir string, command func(args ...string) *exec.Cmd) ([]byte, error) {
	held := map[string]bool{}
	for _, scene := range Scenes() {
		held[scene.At] = true
	}
	outside, err := OpenOutside(ctx, Service, held)
	if err != nil {
		return nil, err
	}
	defer outside.Close()
	program, err := Start(ctx, serveScenes(command, dir))
	if err != nil {
		return nil, err
	}
	defer program.Kill()
	m := &manager{base: program.Base, client: &http.Client{Timeout: time.Minute}}
	if err := m.playScenes(ctx, outside); err != nil {
		return nil, fmt.Errorf("%w; log: %s", err, program.Log())
	}
	program.Kill()
	if err := checkpointed(ctx, dir); err != nil {
		return nil, err
	}
	return pack(dir)
}

// serveScenes is the command that serves a folder with scenes.
func serveScenes(command func(args ...string) *exec.Cmd, dir string) *exec.Cmd {
	c := command("serve", "--data", dir, "--addr", "127.0.0.1:0", "--allow-private-egress", "127.0.0.1/32")
	c.Env = append(c.Environ(), "REDIAL_API_TOKEN="+Token)
	return c
}

func (m *manager) playScenes(ctx context.Context, outside *Outside) error {
	if err := m.call(ctx, http.MethodPut, "/api/connections/signer", signer, nil); err != nil {
		return err
	}
	for _, source := range supporting() {
		if err := m.publish(ctx, source); err != nil {
			return err
		}
	}
	for _, scene := range Scenes() {
		if err := m.publish(ctx, scene.Flow); err != nil {
			return err
		}
		if err := m.startScene(ctx, &scene); err != nil {
			return err
		}
		if scene.At != "" {
			if err := outside.Await(ctx, scene.At, 1); err != nil {
				return fmt.Errorf("scene %s: %w", scene.Slug, err)
			}
		}
	}
	for _, source := range publishedLater() {
		if err := m.publish(ctx, source); err != nil {
			return err
		}
	}
	return errors.Join(outside.Await(ctx, "/between/try", 1), outside.Await(ctx, "/callback", 1), m.awaitStatuses(ctx))
}

// publish publishes a flow file.
func (m *manager) publish(ctx context.Context, source string) error {
	_, rest, _ := strings.Cut(source, "slug: ")
	slug, _, _ := strings.Cut(rest, "\n")
	if err := m.call(ctx, http.MethodPut, "/api/flows/"+slug, source, nil); err != nil {
		return err
	}
	return m.call(ctx, http.MethodPost, "/api/flows/"+slug+"/publish", "", nil)
}

// startScene calls the scene's flow, with its slug as the idempotency key.
func (m *manager) startScene(ctx context.Context, scene *Scene) error {
	status, body, err := m.hook(ctx, scene)
	if err == nil && status != http.StatusAccepted {
		err = fmt.Errorf("scene %s: %d %s", scene.Slug, status, body)
	}
	return err
}

func (m *manager) hook(ctx context.Context, scene *Scene) (status int, body string, err error) {
	sent := scene.Body
	if sent == "" {
		sent = "{}"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base+"/hooks/"+scene.Slug, strings.NewReader(sent))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", scene.Slug)
	response, err := m.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}

// awaitStatuses waits until the executions of scenes are where they belong.
func (m *manager) awaitStatuses(ctx context.Context) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for _, scene := range Scenes() {
		for scene.Status != "" {
			_, status, err := m.of(ctx, scene.Slug)
			if err != nil {
				return err
			}
			if status == scene.Status {
				break
			}
			select {
			case <-again.C:
			case <-ctx.Done():
				return fmt.Errorf("scene %s is %s: %w", scene.Slug, status, ctx.Err())
			}
		}
	}
	return nil
}

// of is the execution of a scene's flow.
func (m *manager) of(ctx context.Context, slug string) (id, status string, err error) {
	var found struct {
		Items []struct {
			ID     string `json:"executionId"`
			Status string `json:"status"`
		} `json:"items"`
	}
	if err := m.call(ctx, http.MethodGet, "/api/executions?flow="+slug, "", &found); err != nil {
		return "", "", err
	}
	if len(found.Items) != 1 {
		return "", "", fmt.Errorf("flow %s has %d executions, not one", slug, len(found.Items))
	}
	return found.Items[0].ID, found.Items[0].Status, nil
}

// checkpointed moves the log into the database, where an address can be replaced.
// That the program has died stays.
func checkpointed(ctx context.Context, dir string) (err error) {
	database, err := sql.Open("sqlite", filepath.Join(dir, "redial.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	_, err = database.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func pack(dir string) ([]byte, error) {
	var packed bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(zipped)
	for _, name := range fixtureFiles {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data))}); err != nil {
			return nil, err
		}
		if _, err := archive.Write(data); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// unpack makes a data folder of a fixture, whose executions call the service at an
// address. The address has as many characters as Service.
func unpack(fixture []byte, dir, address string) error {
	if len(address) != len(Service) {
		return fmt.Errorf("the address %s does not fit in the place of %s", address, Service)
	}
	zipped, err := gzip.NewReader(bytes.NewReader(fixture))
	if err != nil {
		return err
	}
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		data = bytes.ReplaceAll(data, []byte(Service), []byte(address))
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(header.Name)), data, 0o600); err != nil {
			return err
		}
	}
}
