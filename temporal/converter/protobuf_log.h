#pragma once

#include <temporal/common/log.h>

namespace temporal::converter {

/// Sends what protobuf complains about, anywhere in this process, through `log`, which otherwise goes to standard error
/// as plain text. From protobuf 22 on it logs through Abseil, whose sinks belong to the program: then this does
/// nothing. Thread-safe.
void log_protobuf_through(Logger log);

}  // namespace temporal::converter
