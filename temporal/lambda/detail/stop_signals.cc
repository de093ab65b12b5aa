#include <temporal/lambda/detail/stop_signals.h>

#include <cerrno>
#include <csignal>

#include <semaphore.h>

namespace temporal::lambda::detail {
namespace {

// A handler may post a semaphore and little else; a thread does what follows.
sem_t arrived;

void on_signal(int /*signal*/) {
  const int saved = errno;
  ::sem_post(&arrived);
  errno = saved;
}

void handle(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  ::sem_init(&arrived, 0, 0);
  thread_ = std::thread{[this] {
    while (::sem_wait(&arrived) != 0 && errno == EINTR) {
    }
    handle(SIG_DFL);  // a second signal ends the process
    stop_.request_stop();
  }};
  handle(on_signal);
}

StopSignals::~StopSignals() {
  handle(SIG_DFL);
  ::sem_post(&arrived);
  thread_.join();
}

}  // namespace temporal::lambda::detail
