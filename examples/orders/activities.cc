#include "activities.h"

#include <temporal/common/errors.h>

#include <iostream>

void reserve_stock(const std::string& order, const Purchase& purchase) {
  std::clog << order << ": reserved " << purchase.quantity << " of " << purchase.item << '\n';
}

void release_stock(const std::string& order) { std::clog << order << ": stock released\n"; }

void charge(const std::string& order, int cents) { std::clog << order << ": charged " << cents << " cents\n"; }

void refund(const std::string& order) { std::clog << order << ": paid back\n"; }

std::string find_carrier(const std::string& address) {
  if (address == "Atlantis") {
    throw temporal::ApplicationError{"no carrier goes to " + address, {.type = "Unreachable", .non_retryable = true}};
  }
  return "Postal Union";
}
