// How this process ends before its time: by a signal, or for lack of memory.
//
// All of it runs where nothing may be allocated and no lock taken, inside a signal's handler or behind
// an allocation that failed; so it is C, on memory that is there from the start.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Ends the process on a signal from now on, with 128 + its number: by a handler of our own, for the
/// kernel passes over what process 1 does not handle. With `unless_ignored`, a signal that the process
/// was started with as ignored stays so. Unblocks it, for a process inherits what its parent blocked.
void cpr_end_on(int signal, bool unless_ignored);

/// Takes note of these signals from now on instead: the first one is what cpr_noted tells, the next one
/// ends the process. With `grace` above 0, it ends by itself so many seconds after the first.
void cpr_begin_noting(unsigned grace);

/// The signal that was noted; 0 before one has come.
int cpr_noted(void);

/// Has a file removed where the process ends before its time. Returns a number for cpr_let_be, or -1
/// where there is no room for it.
int cpr_remove_at_end(const char *_Nonnull path);
/// Has a child killed, likewise.
int cpr_kill_at_end(int process);
/// Lets a file or a child be.
void cpr_let_file_be(int number);
void cpr_let_child_be(int number);

/// Has a terminal set back to what it is now where the process ends before its time; -1 for no more.
void cpr_restore_at_end(int descriptor);

/// From now on, an allocation that fails ends the process with `code` and one line on standard error,
/// instead of with a report of a crash: nobody in Swift asks whether there was memory.
void cpr_end_without_memory(int code);

/// Ends the process as an allocation of so many bytes that failed does.
void cpr_out_of_memory(size_t bytes);

/// Exchanges two files or folders at once. Returns 0, or -1 with errno.
int cpr_exchange(const char *_Nonnull one, const char *_Nonnull other);
