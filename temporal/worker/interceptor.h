#pragma once

#include <temporal/activity/interceptor.h>
#include <temporal/workflow/interceptor.h>

namespace temporal::worker {

/// Sees what a worker runs: override `intercept_workflow`, `intercept_activity` or both. One object serves all runs and
/// attempts, from several threads at once; what belongs to one of them belongs into the link that is made for it.
class Interceptor : public workflow::Interceptor, public activity::Interceptor {};

}  // namespace temporal::worker
