#pragma once

#include <exception>
#include <memory>
#include <string>

/// \file
/// The base of every exception of this library, and how to print one with its causes.

namespace temporal {

/// Base of every exception of this library. Cheap to copy; copies share their data, which never changes.
class Error : public std::exception {
 public:
  explicit Error(std::string message, std::exception_ptr cause = {}, std::string stack_trace = {});

  /// The message of this error alone; `describe` gives the chain of causes with it.
  [[nodiscard]] const char* what() const noexcept override { return data_->message.c_str(); }
  [[nodiscard]] const std::string& message() const noexcept { return data_->message; }

  /// What led to it, or null. Look at it with `std::rethrow_exception` or `describe`.
  [[nodiscard]] const std::exception_ptr& cause() const noexcept { return data_->cause; }

  /// Where it was thrown, as the SDK of the sender writes it. Empty when unknown: C++ does not record it.
  [[nodiscard]] const std::string& stack_trace() const noexcept { return data_->stack_trace; }

 private:
  struct Data {
    std::string message;
    std::exception_ptr cause;
    std::string stack_trace;
  };
  std::shared_ptr<const Data> data_;
};

/// The error and its causes on one line: "ActivityError(charge, 7): activity failed: ApplicationError(CardDeclined): no
/// money", with type and id of an activity or child workflow. Any exception will do; `std::nested_exception` counts as
/// a cause. Gives "no error" for null.
std::string describe(const std::exception_ptr& error);

}  // namespace temporal
