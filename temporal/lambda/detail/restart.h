#pragma once

/// \file
/// A process that something is stuck in, made new. A thread cannot be killed, and a process that exits after its answer
/// is a failed invocation for Lambda, which it runs twice more: it waits for the runtime to ask for the next event. So
/// the process image is replaced. What is stuck is gone with it, and the process id, which is what Lambda watches,
/// stays.

namespace temporal::lambda::detail {

/// Begins the process anew, with its arguments, its environment and a mark in it. Returns only when that cannot be
/// done.
void restart() noexcept;

/// Whether this process has been begun anew: the mark, which is taken away. Before there are threads.
[[nodiscard]] bool take_restart_mark();

}  // namespace temporal::lambda::detail
