// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static dev.cleat.RecordExamples.read;
import static dev.cleat.RecordExamples.why;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Records within records whose components stand side by side on the wire. */
class UnwrappedTest {
  record Where(@Default("auto") String kind, Optional<String> name) {}

  record Query(@Unwrapped Where where, @Range(min = 1) int limit) {}

  record Twice(@Unwrapped Where where, String name) {}

  record Plain(@Unwrapped String where) {}

  @Test
  void theirPropertiesStandInTheOuterObject() {
    Query query = new Query(new Where("local", Optional.of("a")), 3);

    Map<String, Object> json = RecordType.of(Query.class).toJson(query);
    assertThat(json).isEqualTo(Map.of("kind", "local", "name", "a", "limit", 3));
    assertThat(read(Query.class, json)).isEqualTo(query);
    assertThat(read(Query.class, Map.of("limit", 3)).where())
        .isEqualTo(new Where("auto", Optional.empty()));
    Map<String, Object> schema = Schema.ofRecord(Query.class).json();
    assertThat(schema).containsEntry("required", List.of("limit"));
    assertThat(schema.get("properties").toString()).contains("kind=", "name=", "limit=");
  }

  @Test
  void everyWrongArgumentIsNamed() {
    assertThat(why(Query.class, "{\"kind\": 1, \"limit\": 0, \"nam\": \"a\"}"))
        .contains(
            "kind", "has to be a string", "limit", "has to be at least 1", "nam", "is unknown");
  }

  @Test
  void aNameThatIsThereTwiceAndWhatIsNoRecordAreRefused() {
    assertThatThrownBy(() -> Schema.ofRecord(Twice.class))
        .hasMessageContaining("two components of the name name");
    assertThatThrownBy(() -> Schema.ofRecord(Plain.class))
        .hasMessageContaining("@Unwrapped goes with records");
  }
}
