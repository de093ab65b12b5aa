#pragma once

/// \file
/// Every exception of this library. All derive from `temporal::Error`.
///
/// `FailureError` and what derives from it travel between workflows, activities and clients. The others stay in the
/// process that throws them.

#include <temporal/common/client_errors.h>
#include <temporal/common/error.h>
#include <temporal/common/failure_errors.h>
