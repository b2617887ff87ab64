// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Connection;

/** Of what is written as soon as it is taken. */
enum SentReceipt implements Connection.Receipt {
  SENT;

  @Override
  public boolean sent() {
    return true;
  }

  @Override
  public boolean withdraw() {
    return false;
  }
}
