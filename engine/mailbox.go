package engine

import "sync"

// mailbox takes messages for a run without ever making the sender wait.
type mailbox struct {
	C chan struct{} // has an item when there are messages

	mu       sync.Mutex
	messages []func(*run)
}

func newMailbox() *mailbox { return &mailbox{C: make(chan struct{}, 1)} }

func (m *mailbox) put(message func(*run)) {
	m.mu.Lock()
	m.messages = append(m.messages, message)
	m.mu.Unlock()
	select {
	case m.C <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []func(*run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	messages := m.messages
	m.messages = nil
	return messages
}
