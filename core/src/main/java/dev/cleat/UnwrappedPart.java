// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A component whose own properties stand in the object of its record. Immutable. */
final class UnwrappedPart implements Part {
  private final RecordType<?> type;
  private final Method accessor;

  UnwrappedPart(RecordComponent component, List<Class<?>> within) {
    if (!component.getType().isRecord()) {
      throw new IllegalArgumentException(
          component.getDeclaringRecord().getName()
              + "."
              + component.getName()
              + ": @Unwrapped goes with records, and this is none.");
    }
    type = RecordType.of(component.getType().asSubclass(Record.class), within);
    accessor = component.getAccessor();
    accessor.setAccessible(true);
  }

  @Override
  public Collection<Property> properties() {
    return type.properties();
  }

  @Override
  public Object readFrom(Map<String, Object> object, String path, Problems problems) {
    return type.readParts(object, path, problems, problems.count());
  }

  @Override
  public void writeTo(Map<String, Object> object, Record owner) {
    try {
      type.writeTo(object, (Record) accessor.invoke(owner));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(accessor + " failed", e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("Cannot read " + accessor, e);
    }
  }
}
