// Compiled once with each WRONG: what is sent of an error that is caught by its base would be that base.
#include <temporal/client/async_activity_handle.h>

#if WRONG == 1
using Known = std::exception;
#elif WRONG == 2
using Known = temporal::FailureError;
#else
using Known = temporal::ApplicationError;
#endif

void fail(const temporal::client::AsyncActivityHandle& activity) {
  try {
    throw temporal::ApplicationError{"no"};
  } catch (const Known& error) {
    (void)activity.fail(error);
  }
}
