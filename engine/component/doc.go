// Package component knows what a component is: a service such as QuickBooks
// with its connection, its actions and their fields, read from one manifest.
// It reads manifests, checks the fields of a step against them, and performs
// actions through package outbound.
//
// A manifest is data, never code: everything in it that computes is an
// expression or a template of package expression. docs/components.md documents
// the format. The components that come with Redial are in package components;
// nothing here knows any of them by name.
package component
