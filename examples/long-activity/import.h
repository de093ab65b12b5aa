#pragma once

#include <temporal/workflow/workflow.h>

#include <vector>

/// An activity: imports that many rows, 100 ms each. It may be stopped after any of them, and goes on from there in its
/// next attempt.
/// @return how many rows each attempt has imported.
std::vector<int> import_rows(int rows);

/// A workflow: runs `import_rows`, however many invocations it takes.
temporal::workflow::Task<std::vector<int>> import_file(int rows);
