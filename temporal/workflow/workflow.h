#pragma once

/// \file
/// All that workflow code needs, in one include.

#include <temporal/workflow/activity.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/info.h>
#include <temporal/workflow/task.h>
#include <temporal/workflow/timer.h>
