def positions(self, h: int, w: int) -> Tensor:
    # of another grid than the stored one: resampled, the rows in front of the patches' as they are
    if h == {grid} and w == {grid}:
        return self.pos_embed
    stored = self.pos_embed[:, {prefixPositions}:].reshape([1, {grid}, {grid}, {width}]).permute([0, 3, 1, 2])  # [1, D, g, g]
    resampled = {resampled}
    return torch.cat([self.pos_embed[:, :{prefixPositions}], resampled.flatten(2).transpose(1, 2)], 1)  # [1, rows, D]
