#include <temporal/converter/detail/failure_size.h>

#include <temporal/common/utf8.h>

#include <memory>
#include <string>
#include <utility>

namespace temporal::converter::detail {
namespace {

using temporal::api::failure::v1::Failure;

std::string left_out(std::size_t bytes) { return std::to_string(bytes) + " bytes are left out"; }

void shorten(std::string& text) {
  if (text.size() <= kept_of_a_large_one) return;
  const auto kept = temporal::detail::utf8_prefix(text, kept_of_a_large_one).size();
  const auto rest = text.size() - kept;
  text.resize(kept);
  text += "… (" + left_out(rest) + ")";
}

/// @param details what the message says of them
template <class Message>
std::string shorten_payloads(Message& payloads, const char* details) {
  const auto size = payloads.ByteSizeLong();
  if (size <= kept_of_a_large_one) return {};
  payloads.Clear();
  return std::string{" (of its "} + details + " " + left_out(size) + ")";
}

void shorten(Failure& failure) {
  shorten(*failure.mutable_message());
  shorten(*failure.mutable_stack_trace());
  std::string note;
  if (failure.has_encoded_attributes()) {
    note += shorten_payloads(*failure.mutable_encoded_attributes(), "encoded attributes");
  }
  if (failure.has_application_failure_info()) {
    auto& info = *failure.mutable_application_failure_info();
    shorten(*info.mutable_type());
    if (info.has_details()) note += shorten_payloads(*info.mutable_details(), "details");
  } else if (failure.has_canceled_failure_info()) {
    auto& info = *failure.mutable_canceled_failure_info();
    if (info.has_details()) note += shorten_payloads(*info.mutable_details(), "details");
  } else if (failure.has_timeout_failure_info()) {
    auto& info = *failure.mutable_timeout_failure_info();
    if (info.has_last_heartbeat_details()) {
      note += shorten_payloads(*info.mutable_last_heartbeat_details(), "heartbeat details");
    }
  } else if (failure.has_reset_workflow_failure_info()) {
    auto& info = *failure.mutable_reset_workflow_failure_info();
    if (info.has_last_heartbeat_details()) {
      note += shorten_payloads(*info.mutable_last_heartbeat_details(), "heartbeat details");
    }
  }
  failure.mutable_message()->append(note);
}

}  // namespace

void FailureChain::add(Failure failure) {
  for (;;) {
    const std::unique_ptr<Failure> cause{failure.release_cause()};
    if (failures_.size() > longest_chain) {
      failures_.back() = std::move(failure);
    } else {
      failures_.push_back(std::move(failure));
    }
    if (!cause) return;
    failure = std::move(*cause);
  }
}

Failure FailureChain::join() && {
  if (failures_.size() > longest_chain) {
    auto& note = failures_[longest_chain - 2];
    note.Clear();
    note.set_source("CppSDK");
    note.set_message("some causes are left out here: the chain was longer than " + std::to_string(longest_chain));
    failures_[longest_chain - 1] = std::move(failures_.back());
    failures_.resize(longest_chain);
  }
  std::size_t size = 0;
  for (const auto& failure : failures_) size += failure.ByteSizeLong();
  if (size > largest_failure) {
    for (auto& failure : failures_) shorten(failure);
  }
  auto joined = std::move(failures_.back());
  for (failures_.pop_back(); !failures_.empty(); failures_.pop_back()) {
    failures_.back().mutable_cause()->Swap(&joined);
    joined.Swap(&failures_.back());
  }
  return joined;
}

}  // namespace temporal::converter::detail
