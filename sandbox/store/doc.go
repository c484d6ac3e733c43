// Package store is the state of the built-in mall, in memory: partners, SIM cards, groups, tasks,
// orders, payments and pushes, and what each operation does to them. It also has the Interceptor with
// which faults change both. It reads no requests and writes no responses; package sandbox does.
package store
