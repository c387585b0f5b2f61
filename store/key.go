package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// KeyBytes is the length of a secret key.
const KeyBytes = 32

// ParseKey reads a secret key as its file and REDIAL_SECRET_KEY hold it: 64
// hexadecimal digits, with white space around them.
func ParseKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != KeyBytes {
		// The key itself must not show up in the message.
		return nil, fmt.Errorf("a secret key is %d hexadecimal digits, and this is none; make one with: openssl rand -hex %d",
			2*KeyBytes, KeyBytes)
	}
	return key, nil
}

// loadKey reads a key file, and makes it if there is none and create says so.
func loadKey(path string, create bool, logger *slog.Logger) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return nil, fmt.Errorf("the secret key file %s is missing: %w", path, ErrWrongKey)
		}
		if err := createKey(path); err != nil {
			return nil, fmt.Errorf("making the secret key file: %w", err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the secret key: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		logger.Warn("the secret key file can be read by others; run chmod 600 on it", "file", path)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading the secret key file %s: %w", path, err)
	}
	return key, nil
}

// createKey makes a key file that is whole or not there, and never replaces
// one.
func createKey(path string) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	key := make([]byte, KeyBytes)
	if _, err = rand.Read(key); err == nil {
		_, err = file.WriteString(hex.EncodeToString(key) + "\n")
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err = os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // it has no such call: its file system logs changes of names
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// sealer encrypts the fields of connections with AES-256-GCM under a random
// nonce. The data key is derived from the secret key, so that other uses of the
// secret key never share it.
type sealer struct {
	id   string // names the key without telling anything about it
	aead cipher.AEAD
}

func newSealer(secret []byte) (*sealer, error) {
	if len(secret) != KeyBytes {
		return nil, fmt.Errorf("the secret key has %d bytes; it must have %d", len(secret), KeyBytes)
	}
	id, err := hkdf.Key(sha256.New, secret, nil, "redial: key id", 8)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "redial: connection fields", KeyBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{hex.EncodeToString(id), aead}, nil
}

// seal encrypts fields. They can be opened only under the same name and
// component: nobody who can write to the database can move credentials to a
// connection that sends them elsewhere.
func (s *sealer) seal(name, component string, fields []byte) []byte {
	return s.aead.Seal(nil, nil, fields, sealContext(name, component)) //nolint:gosec // no nonce is handed in: the AEAD makes a random one
}

func (s *sealer) open(keyID, name, component string, sealed []byte) ([]byte, error) {
	if keyID != s.id {
		return nil, ErrWrongKey
	}
	fields, err := s.aead.Open(nil, nil, sealed, sealContext(name, component))
	if err != nil {
		return nil, errors.New("its fields were altered in the database; enter them again")
	}
	return fields, nil
}

// sealContext joins the parts so that no two pairs give the same bytes.
func sealContext(name, component string) []byte {
	context := binary.AppendUvarint(nil, uint64(len(name)))
	return append(append(context, name...), component...)
}
