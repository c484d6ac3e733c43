// Package store is the state of the built-in mall in memory: partners, SIM cards, groups, tasks,
// orders, payments and pushes, what each operation does to them, and the Interceptor by which faults
// change both. It reads no requests and writes no responses: package sandbox does.
package store
