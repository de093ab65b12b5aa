#pragma once

/// \file
/// All that workflow code needs, in one include.

#include <temporal/workflow/activity.h>
#include <temporal/workflow/cancellation.h>
#include <temporal/workflow/child_workflow.h>
#include <temporal/workflow/child_workflow_options.h>
#include <temporal/workflow/continue_as_new.h>
#include <temporal/workflow/definition.h>
#include <temporal/workflow/external_workflow.h>
#include <temporal/workflow/handlers.h>
#include <temporal/workflow/info.h>
#include <temporal/workflow/local_activity.h>
#include <temporal/workflow/logger.h>
#include <temporal/workflow/metrics.h>
#include <temporal/workflow/patch.h>
#include <temporal/workflow/properties.h>
#include <temporal/workflow/semaphore.h>
#include <temporal/workflow/spawn.h>
#include <temporal/workflow/task.h>
#include <temporal/workflow/timer.h>
#include <temporal/workflow/when.h>
