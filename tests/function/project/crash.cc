#include <temporal/lambda/detail/crash_report.h>

[[gnu::noinline]] int ship(volatile int* order) {
  *order = 1;  // line 4
  return *order;
}

int main(int argc, char**) {
  temporal::lambda::detail::install_crash_report();
  return argc + ship(nullptr) + 1;  // line 10
}
